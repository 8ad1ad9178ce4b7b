"""What a set-up compiles while pip installs."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import compiling  # type: ignore[import-not-found]

    return compiling


def test_the_compiler_is_asked_for_as_the_project_asks_for_it(module: ModuleType) -> None:
    found = module.needs_of_compiler(ROOT)
    assert len(found) == len(module.COMPILER)
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f'"{line}"' in text for line in found)


def python_that(program: str, folder: Path) -> Path:
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{program}\n")
    python.chmod(0o755)
    return python


@pytest.mark.skipif(os.name != "posix", reason="a shell")
def test_it_ends_with_the_block(module: ModuleType, tmp_path: Path) -> None:
    python = python_that("exec sleep 60", tmp_path)
    with module.compiling(python, tmp_path, {}) as process:
        assert process.poll() is None
    assert process.returncode is not None


def test_without_it_the_set_up_goes_on(module: ModuleType, tmp_path: Path) -> None:
    with module.compiling(tmp_path / "none", tmp_path, {}) as process:
        assert process is None


@pytest.mark.skipif(os.name != "posix", reason="a shell")
def test_it_is_told_what_to_compile(module: ModuleType, tmp_path: Path) -> None:
    with module.compiling(python_that('echo "$@"', tmp_path), tmp_path, {}) as process:
        assert process.communicate()[0].split() == ["-m", module.MODULE, "--here"]
