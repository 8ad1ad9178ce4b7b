"""A copy of the project, to try what is done to it, and its own tests in it."""

import shutil
import subprocess
import sys
from pathlib import Path

from tuidl.core.children import child_environment

ROOT = Path(__file__).parents[2]
COPIED = ("tuidl", "tests", "docs", "presets", "pyproject.toml", "README.md")


def copy_project(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def run(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Python in the copy, with the copy's own packages; judges' scripts import what lies beside
    them."""
    environment = child_environment(
        PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1", PYTHONSAFEPATH=""
    )
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def suite(folder: Path, tests: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    """These tests of the copy."""
    return run(folder, ["-m", "pytest", "-vv", "-p", "no:cacheprovider", *options, *tests])
