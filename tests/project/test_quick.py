"""A plain pytest runs the quick set of a suite; --all, and naming something, runs more."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing import files_of

ROOT = Path(__file__).parents[2]
CONFTEST = "from tests.quick import *\n"
SUITE = """
import pytest
def test_one(): pass
@pytest.mark.slow
def test_slow(): pass
@pytest.mark.parametrize("i", range(20))
def test_many(i): pass
@pytest.mark.sample(4)
@pytest.mark.parametrize("i", range(20))
def test_sampled(i): pass
@pytest.mark.parametrize("i", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_some_cases_are_slow(i): pass
"""
JUDGES = "def test_judge(): pass\n"
QUICK = 1 + 2 + 4 + 1
EVERY = 1 + 1 + 20 + 20 + 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = tests\npythonpath = .\nmarkers =\n  slow\n  sample(n)\n"
    )
    for room, text in (("room", SUITE), ("judges", JUDGES)):
        (tmp_path / "tests" / room).mkdir(parents=True)
        (tmp_path / "tests" / room / f"test_{room}.py").write_text(text)
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    (tmp_path / "tests" / "quick.py").write_text((ROOT / "tests" / "quick.py").read_text())
    return tmp_path


def run(folder: Path, *options: str) -> str:
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *options]
    inherited = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
    if "-n" not in options:  # other plugins take longer to load than these tests to run
        inherited["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(
        line, cwd=folder, env=inherited, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def passed(said: str) -> int:
    (found,) = re.findall(r"(\d+) passed", said) or [0]
    return int(found)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), QUICK),
        (("-x",), QUICK),
        (("--all",), EVERY + 1),
        (("tests/room",), EVERY),
        (("tests/judges",), 1),
        (("-k", "many"), 20),
        (("-m", "slow"), 2),
    ],
)
def test_what_runs(folder: Path, options: tuple[str, ...], expected: int) -> None:
    said = run(folder, *options)
    assert passed(said) == expected, said


def test_the_judges_are_not_imported_for_the_quick_set(folder: Path) -> None:
    (folder / "tests" / "judges" / "test_judges.py").write_text("raise ValueError('imported')\n")
    said = run(folder)
    assert passed(said) == QUICK, said
    assert "imported" in run(folder, "--all")


@pytest.mark.slow
@pytest.mark.parametrize(("option", "expected"), [("-q", QUICK), ("--all", EVERY + 1)])
def test_processes_that_share_the_tests_choose_the_same(
    folder: Path, option: str, expected: int
) -> None:
    pytest.importorskip("xdist")
    said = run(folder, "-n", "2", option)
    assert passed(said) == expected, said


def test_cases_are_spread_evenly(folder: Path) -> None:
    ran = re.findall(r"test_sampled\[(\d+)\] PASSED", run(folder))
    assert ran == ["0", "5", "10", "15"]


def test_a_room_without_a_quick_test_is_an_error(folder: Path) -> None:
    (folder / "tests" / "slow").mkdir()
    text = "import pytest\npytestmark = pytest.mark.slow\ndef test_it(): pass\n"
    (folder / "tests" / "slow" / "test_slow.py").write_text(text)
    assert "no quick tests in slow" in run(folder)
    assert passed(run(folder, "--all")) == EVERY + 2


def test_processes_import_all_files_and_begin_at_different_ones() -> None:
    files = [Path(f"test_{number}.py") for number in range(10)]
    orders = [files_of(files, number, 3) for number in range(3)]
    assert [order[0].stem for order in orders] == ["test_0", "test_3", "test_6"]
    assert all(sorted(order) == files for order in orders)
