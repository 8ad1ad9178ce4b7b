"""What CI takes from the README is what the README has, and its small programs do what they say."""

import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CI = ROOT / ".ci"
COMMANDS = ["./play cnn_digits", "./test"]
SUITE = """
import pytest
def test_passes(): pass
@pytest.mark.parametrize("text", ["a::b", "x[1]", "é \\x07"])
def test_of(text): pass
@pytest.mark.skipif({skipped}, reason="needs an extra")
def test_extra(): assert {right}
"""


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The names of one of CI's programs."""
    monkeypatch.syspath_prepend(str(CI))
    return lambda name: runpy.run_path(str(CI / f"{name}.py"))


def test_ci_runs_the_commands_of_the_readme() -> None:
    """Two, before anything else: a change of the README's changes this as well."""
    command = [sys.executable, str(CI / "readme.py"), str(ROOT / "README.md")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line.partition("  #")[0].rstrip() for line in lines] == COMMANDS
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(line in readme.splitlines() for line in lines), "as they stand"
    assert readme.partition("```")[0].count("\n") < 5, "at the very beginning"
    assert '"$here/readme.py" README.md' in (CI / "run").read_text()


def test_a_readme_without_commands_is_an_error(program: Any) -> None:
    with pytest.raises(ValueError, match="no block of shell commands"):
        program("readme")["commands"]("# tuidl\n```python\nimport tuidl\n```\n")


def test_ci_is_bash_and_hands_nothing_of_its_environment_on() -> None:
    subprocess.run(["bash", "-n", str(CI / "run")], check=True)
    text = (CI / "run").read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
    assert "env -i" in text


def suite(folder: Path, *, skipped: bool, right: bool = True) -> Path:
    """A small project in a folder, as one environment sees it."""
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    (folder / "tests/test_small.py").write_text(SUITE.format(skipped=skipped, right=right))
    (folder / "tests/test_other.py").write_text("def test_other(): pass\n")
    whole = "import pytest\npytest.skip('needs judges', allow_module_level=True)\n"
    ran = "def test_judge(): pass\n"
    (folder / "tests/test_whole.py").write_text(whole if skipped else ran)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False,
        env={name: text for name, text in os.environ.items() if name != "PYTEST_ADDOPTS"},
    )  # fmt: skip
    return done.stdout + done.stderr + f"exit {done.returncode}"


def two_runs(tmp_path: Path, right: bool = True) -> tuple[str, list[str]]:
    """What the second says, and the files of both."""
    files = [str(tmp_path / "first.xml"), str(tmp_path / "second.xml")]
    folder = suite(tmp_path / "project", skipped=True)
    run(folder, "-m", "pytest", "-q", f"--junitxml={files[0]}")
    suite(folder, skipped=False, right=right)
    said = run(folder, str(CI / "remaining.py"), files[0], "-q", f"--junitxml={files[1]}")
    return said, files


def test_only_what_has_not_passed_runs_again(tmp_path: Path) -> None:
    said, files = two_runs(tmp_path)
    assert "2 passed, 5 deselected" in said, said
    said = run(tmp_path, str(CI / "results.py"), *files)
    assert said.splitlines()[-2].startswith("7 passed in "), said
    assert said.endswith("exit 0")


@pytest.mark.slow
def test_a_module_that_has_passed_whole_is_not_imported_again(tmp_path: Path) -> None:
    """Where it is said that the files have all tests; one that was skipped, or lacks, is."""
    folder, file = suite(tmp_path / "project", skipped=True), str(tmp_path / "first.xml")
    run(folder, "-m", "pytest", "-q", f"--junitxml={file}")
    suite(folder, skipped=False)
    (folder / "tests/test_other.py").write_text("raise ValueError('imported')\n")
    (folder / "tests/test_new.py").write_text("class TestNew:\n    def test_new(self): pass\n")
    command = [str(CI / "remaining.py"), "--whole", file, "-q"]
    said = run(folder, *command, f"--junitxml={tmp_path / 'second.xml'}")
    assert "3 passed, 4 deselected" in said, said
    command[2] += f",{tmp_path / 'second.xml'}"
    assert "no tests ran" in run(folder, *command)
    assert "imported" in run(folder, command[0], *command[2:])


@pytest.mark.slow
def test_what_was_skipped_in_this_environment_is_not_tried_again(tmp_path: Path) -> None:
    """Nor in another that had all that its tests ask for: each file of such is left out."""
    folder = suite(tmp_path / "project", skipped=True)
    files = [str(tmp_path / f"{name}.xml") for name in ("elsewhere", "here", "same")]
    run(folder, "-m", "pytest", "-q", f"--junitxml={files[0]}")
    run(folder, "-m", "pytest", "-q", "tests/test_other.py", f"--junitxml={files[1]}")
    run(folder, "-m", "pytest", "-q", "tests/test_small.py", f"--junitxml={files[2]}")
    suite(folder, skipped=False)  # a test of test_small that runs now must not
    here, all_of = ",".join(files[1:]), ",".join(files)
    command = [str(CI / "remaining.py"), "--whole", "--ran-here", here, all_of, "-q"]
    said = run(folder, *command, f"--junitxml={tmp_path / 'second.xml'}")
    assert "1 passed" in said, said
    assert "test_small" not in (tmp_path / "second.xml").read_text()
    said = run(tmp_path, str(CI / "results.py"), *files, str(tmp_path / "second.xml"))
    assert "ran nowhere: 1 (needs an extra)" in said


def test_what_tests_of_gpus_lack_they_lack_with_all_extras() -> None:
    """So that CI may leave out what was skipped where the extra ``cuda`` was alone: those that ask
    for packages run with all extras as well."""
    text = (CI / "run").read_text()
    asking = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "tests" / "gpu").glob("*.py")
        if re.search(r"importorskip|find_spec", file.read_text(encoding="utf-8"))
    }
    assert "results/cuda.xml" in text
    assert {name for name in asking if name not in text} == {"tests/gpu/children.py"}
    assert (ROOT / "tests/gpu/children.py").read_text().count("find_spec(") == 1


@pytest.mark.slow
def test_what_ran_nowhere_is_said(tmp_path: Path) -> None:
    _, files = two_runs(tmp_path)
    said = run(tmp_path, str(CI / "results.py"), files[0]).splitlines()
    assert "ran nowhere: 1 (needs an extra)" in said
    assert "ran nowhere: 1 (all of tests.test_whole)" in said
    assert said[-2].startswith("5 passed, 2 skipped in ")


@pytest.mark.slow
def test_what_failed_anywhere_has_failed(tmp_path: Path) -> None:
    said, files = two_runs(tmp_path, right=False)
    assert "1 failed" in said
    said = run(tmp_path, str(CI / "results.py"), *files)
    assert said.splitlines()[-2].startswith("1 failed, 6 passed in ")
    assert said.endswith("exit 1")
    said = run(tmp_path, str(CI / "results.py"), "--failed", *files, str(tmp_path / "none.xml"))
    assert "tests.test_small::test_extra" in said
    assert "E   assert False" in said
    assert said.splitlines()[-2].startswith("1 failed, 6 passed in ")
    said = run(tmp_path, str(CI / "results.py"), "--failed", files[0])
    assert said == "exit 0", "nothing is printed where nothing failed"


TIMED = """
import pathlib
def test_passes(): pass
def test_timed():
    runs = pathlib.Path("runs")
    runs.write_text((runs.read_text() if runs.exists() else "") + ".")
    assert len(runs.read_text()) not in {failing}, "too late"
"""


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("failing", "counts"),
    [
        ("(1,)", "1 rerun, 8 passed in "),
        ("(1, 2)", "1 failed, 8 passed in "),
        ("(1, 3)", "1 failed, 8 passed in "),
    ],
)
def test_what_failed_runs_twice_more(tmp_path: Path, failing: str, counts: str) -> None:
    """It has failed if one of the two fails, and else it is told apart from what passed at once."""
    folder, file = suite(tmp_path / "project", skipped=False), tmp_path / "first.xml"
    (folder / "tests/test_timed.py").write_text(TIMED.format(failing=failing))
    run(folder, "-m", "pytest", "-q", f"--junitxml={file}")
    said = run(folder, str(CI / "again.py"), str(file), "-q")
    is_rerun = "rerun" in counts
    assert said.endswith("exit 0" if is_rerun else "exit 1"), said
    assert "== 1 failed: run again, 2 times" in said
    if is_rerun:
        assert said.count("1 passed, 1 deselected in ") == 2, said
    files = [str(one) for one in sorted(tmp_path.glob("*.xml"))]
    said = run(tmp_path, str(CI / "results.py"), *files)
    assert said.splitlines()[-2].startswith(counts), said
    said = run(tmp_path, str(CI / "results.py"), "--failed", *files)
    assert "AssertionError: too late" in said, "told of in any case"


@pytest.mark.slow
def test_only_a_few_that_failed_run_again(tmp_path: Path) -> None:
    """Not where many failed, none did, or a module could not be imported: timing is no cause."""
    folder, file = tmp_path / "project", tmp_path / "first.xml"
    suite(folder, skipped=False)
    assert run(folder, str(CI / "again.py"), str(file)) == "exit 1", "no results at all"
    run(folder, "-m", "pytest", "-q", f"--junitxml={file}")
    assert run(folder, str(CI / "again.py"), str(file)) == "exit 1"
    (folder / "tests/test_other.py").write_text("raise ValueError('imported')\n")
    run(folder, "-m", "pytest", "-q", f"--junitxml={file}")
    assert run(folder, str(CI / "again.py"), str(file)) == "exit 1"
    many = "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_of(n): assert 0\n"
    (folder / "tests/test_other.py").write_text(many)
    run(folder, "-m", "pytest", "-q", f"--junitxml={file}")
    assert run(folder, str(CI / "again.py"), str(file)) == "exit 1"


def test_every_part_of_ci_runs_again_what_failed() -> None:
    text = (CI / "run").read_text()
    kept = re.findall(r"--junitxml=\"?\$work/results/([\w$-]+)\.xml", text)
    again = re.findall(r"\|\| *(?:\\\s*)?again \"?([\w$-]+)", text.replace("\n", " "))
    assert len(kept) == 5
    assert sorted(again) == sorted(kept)


def test_every_requirement_has_a_range_that_was_tried() -> None:
    """A lower and an upper bound, or one version: what comes later is not known to work."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    ours = {name: lines for name, lines in extras.items() if name != "dev"}
    lines = [*project["dependencies"], *(line for lines in ours.values() for line in lines)]
    assert {"sweep", "judges", "test"} <= ours.keys()
    lines = [line for line in lines if not line.startswith("tuidl[")]  # has these lines itself
    ranged = re.compile(r"[\w-]+(\[\w+\])?(==[\d.]+|>=[\d.]+,<[\d.]+)")
    assert [line for line in lines if not ranged.fullmatch(line)] == []
