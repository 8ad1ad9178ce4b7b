"""The judges are packages of the extra ``judges``; without them their tests are skipped."""

import os
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def _pins() -> dict[str, str]:
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    pins = (name.split("==") for name in extras["judges"] if "==" in name)
    return dict(pins)


def require(package: str) -> None:
    """Skip unless ``package`` is there in the version that the counts of its cases belong to.

    It is only looked up, not imported. Where TUIDL_JUDGES=required is set its lack is a failure.
    """
    wanted = _pins()[package]
    try:
        found = version(package).split("+")[0]  # 2.13.0+cpu
    except PackageNotFoundError:
        found = "none"
    if found == wanted:
        return
    message = f"needs {package} {wanted}, found {found}: pip install -e '.[judges]'"
    if os.environ.get("TUIDL_JUDGES") == "required":
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)
