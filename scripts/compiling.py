"""Compiling the most common kernels while pip installs what the compiler does not need."""

import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMPILER = ("numba", "numpy", "msgspec", "platformdirs")
"""Packages that ``tuidl.kernels`` needs to compile."""
MODULE = "tuidl.kernels.prebuild"


def needs_of_compiler(root: Path) -> list[str]:
    """With their versions, as the project asks for them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [line for line in project.get("dependencies", []) if line.startswith(COMPILER)]


@contextmanager
def compiling(
    python: Path, root: Path, variables: dict[str, str]
) -> Iterator["subprocess.Popen[str] | None"]:
    """A process that compiles for as long as the block lasts, which may wait for it.

    None where it cannot be started. It may fail: what is missing is compiled when it is used.
    """
    nowhere = subprocess.DEVNULL
    line = [str(python), "-m", MODULE, "--here"]
    try:
        process = subprocess.Popen(
            line, cwd=root, env=variables, stdin=nowhere, stdout=subprocess.PIPE, stderr=nowhere,
            text=True,
        )  # fmt: skip
    except OSError:
        yield None
        return
    with process:
        try:
            yield process
        finally:
            process.kill()
