"""The README's commands make their environment by themselves, and leave nothing half done."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
posix = pytest.mark.skipif(os.name != "posix", reason="a shell, and signals")
INSTALLER = """
import os, signal, sys
from pathlib import Path
for name in ("SIGINT", "SIGHUP"):  # ignored by what a script starts in the background
    signal.signal(getattr(signal, name), signal.SIG_DFL)
sys.path.insert(0, {scripts!r})
import environment
def make(folder, is_ours):
    python = environment._python(folder)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
def install(root, folder):
    (folder / "half done").touch()
    environment._run("waiting", [sys.executable, "-c", {program!r}], root)
environment._make, environment._install = make, install
root = Path({root!r})
try:
    environment.prepare(root, root / ".venv")
except environment.SetupError as error:
    print(error, file=sys.stderr)
    sys.exit(error.code)
"""
WAIT = "import time; print('pip', flush=True); open('begun', 'w').close(); time.sleep(60)"


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    for name in ("environment", "start"):
        sys.modules.pop(name, None)


@pytest.fixture
def setup(modules: None, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, list[str]]:
    """The module with a Python that is a link, and what it did."""
    import environment  # type: ignore[import-not-found]

    did: list[str] = []

    def run(doing: str, line: list[str], place: Path) -> None:
        did.append("venv" if "venv" in line else "pip")
        if "venv" in line:
            python = environment._python(Path(line[-1]))
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)

    monkeypatch.setattr(environment, "_run", run)
    return environment, did


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


@posix
def test_it_is_made_once(setup: Any, root: Path) -> None:
    environment, did = setup
    python = environment.prepare(root, root / ".venv")
    assert python.exists()
    assert did == ["venv", "pip"]
    assert environment.prepare(root, root / ".venv") == python
    assert did == ["venv", "pip"]


@posix
def test_new_dependencies_are_installed(setup: Any, root: Path) -> None:
    environment, did = setup
    environment.prepare(root, root / ".venv")
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    environment.prepare(root, root / ".venv")
    assert did == ["venv", "pip", "pip"]


@posix
def test_a_clone_that_was_moved_gets_another(setup: Any, root: Path) -> None:
    environment, did = setup
    (root / "one").mkdir()
    shutil.copy(root / "pyproject.toml", root / "one")
    environment.prepare(root / "one", root / "one" / ".venv")
    (root / "one").rename(root / "other")
    environment.prepare(root / "other", root / "other" / ".venv")
    assert did == ["venv", "pip"] * 2


@posix
@pytest.mark.parametrize("left", ["", "made\n", "made\n\n\n", "\x00\x00"])
def test_what_a_crash_left_is_made_anew(setup: Any, root: Path, left: str) -> None:
    environment, did = setup
    folder = root / ".venv"
    (folder / "lib").mkdir(parents=True)
    (folder / environment.STAMP).write_text(left)
    environment.prepare(root, folder)
    assert did == ["venv", "pip"]
    assert not (folder / "lib").exists()


@posix
def test_a_python_that_is_gone_or_another_makes_it_anew(setup: Any, root: Path) -> None:
    environment, did = setup
    python = environment.prepare(root, root / ".venv")
    python.unlink()
    python.symlink_to(root / "gone")
    environment.prepare(root, root / ".venv")
    assert did == ["venv", "pip"] * 2


@posix
def test_a_users_own_is_completed_and_never_removed(setup: Any, root: Path) -> None:
    environment, did = setup
    folder = root / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "mine").touch()
    for _ in range(2):
        environment.prepare(root, folder)
    assert did == ["pip"]
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    environment.prepare(root, folder)
    assert did == ["pip", "pip"]
    assert (folder / "mine").exists()


def test_a_folder_that_is_no_environment_is_named(setup: Any, root: Path) -> None:
    environment, did = setup
    (root / ".venv").mkdir()
    (root / ".venv" / "mine").touch()
    with pytest.raises(environment.SetupError, match=r"\.venv is no environment"):
        environment.prepare(root, root / ".venv")
    assert did == []
    assert (root / ".venv" / "mine").exists()


def test_a_file_of_that_name_is_named(setup: Any, root: Path) -> None:
    (root / ".venv").write_text("mine")
    with pytest.raises(setup[0].SetupError, match=r"\.venv"):
        setup[0].prepare(root, root / ".venv")
    assert (root / ".venv").read_text() == "mine"


@posix
def test_a_failure_leaves_nothing(setup: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment, _ = setup

    def fail(root: Path, folder: Path) -> None:
        raise environment.SetupError("no network")

    monkeypatch.setattr(environment, "_install", fail)
    with pytest.raises(environment.SetupError, match="no network"):
        environment.prepare(root, root / ".venv")
    assert not (root / ".venv").exists()


def test_a_python_without_venv_says_what_to_install(
    setup: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, _ = setup
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(environment.SetupError, match=r"apt install python3\.\d+-venv"):
        environment.prepare(root, root / ".venv")
    assert not (root / ".venv").exists()


def test_what_pip_says_of_a_failure_is_shown(
    modules: None, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import environment

    program = "import sys; print('no such package'); sys.exit(1)"
    with pytest.raises(environment.SetupError, match="installing: failed"):
        environment._run("installing", [sys.executable, "-c", program], root)
    assert "no such package" in capfd.readouterr().err


def test_variables_that_send_pip_elsewhere_are_not_handed_on(
    modules: None, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import environment

    for name in environment.MISLEADING:
        monkeypatch.setenv(name, "1" if name == "PIP_USER" else str(root))
    program = "import json, os; json.dump(dict(os.environ), open('seen.json', 'w'))"
    environment._run("looking", [sys.executable, "-c", program], root)
    seen = json.loads((root / "seen.json").read_text())
    assert {name for name in environment.MISLEADING if name in seen} == {"PIP_USER"}
    assert seen["PIP_USER"] == "0"


def begin(root: Path, program: str = WAIT) -> "subprocess.Popen[str]":
    """A set-up in a process of its own, whose pip is ``program``."""
    text = INSTALLER.format(scripts=str(SCRIPTS), root=str(root), program=program)
    return subprocess.Popen(
        [sys.executable, "-B", "-c", text], stderr=subprocess.PIPE, text=True, cwd=root
    )


def wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.01)


@posix
@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143)])
def test_a_signal_leaves_nothing(root: Path, number: str, code: int) -> None:
    with begin(root) as process:
        wait_for(root / "begun", process)
        process.send_signal(signal.Signals[number])
        said = process.communicate()[1]
    assert process.returncode == code
    assert f"ended by {number}" in said
    assert not (root / ".venv").exists()


@posix
def test_what_pip_has_started_ends_as_well(root: Path) -> None:
    """It would write on into a folder that was removed."""
    child = (
        "import os, time\nend = time.monotonic() + 30\nwhile time.monotonic() < end:\n"
        "    os.makedirs('.venv', exist_ok=True); open('begun', 'w').close(); time.sleep(0.001)"
    )
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with begin(root, program) as process:
        wait_for(root / "begun", process)
        process.terminate()
        process.communicate()
    assert process.returncode == 143
    (root / "begun").unlink()
    assert not (root / ".venv").exists()


@pytest.mark.slow
@posix
def test_after_a_kill_the_next_one_waits_for_pip_and_begins_anew(root: Path) -> None:
    """The pip of a set-up that was killed goes on; only then is the folder made again."""
    slow = (
        "import os, time; open('begun', 'w').close()\n"
        "while not os.path.exists('go'): time.sleep(0.01)\n"
        "open('ended', 'w').close()"
    )
    with begin(root, slow) as process:
        wait_for(root / "begun", process)
        process.kill()
        process.wait()
        (root / ".venv" / "left").touch()
        with begin(root, "import os; open('.venv/' + str(os.path.exists('ended')), 'w')") as other:
            assert other.stderr is not None
            said = ""
            while "waiting for it" not in said:
                said += (line := other.stderr.readline())
                assert line, said
            (root / "go").touch()
            said += other.communicate()[1]
    assert other.returncode == 0, said
    assert (root / ".venv" / "True").exists()
    assert not (root / ".venv" / "left").exists()


@posix
def test_two_at_once_make_one(root: Path) -> None:
    program = "import os; os.close(os.open(f'pip', os.O_CREAT | os.O_EXCL))"
    both = [begin(root, program) for _ in range(2)]
    for process in both:
        with process:
            said = process.communicate()[1]
        assert process.returncode == 0, said


@pytest.mark.parametrize(
    ("arguments", "terminal", "expected"),
    [
        (["cnn_digits"], True, ["cnn_digits", "--start"]),
        (["cnn_digits"], False, ["cnn_digits", "--no-ui"]),
        (["cnn_digits", "--no-ui", "--json"], True, ["cnn_digits", "--no-ui", "--json"]),
        (["my.toml", "--seed", "3"], True, ["my.toml", "--seed", "3", "--start"]),
        ([], True, []),
        (["--help"], False, ["--help"]),
    ],
)
def test_without_a_terminal_it_plays_headless(
    modules: None, arguments: list[str], terminal: bool, expected: list[str]
) -> None:
    import start  # type: ignore[import-not-found]

    line = start.command("play", arguments, terminal)
    assert line == ["-P", "-m", "tuidl", *expected]


def test_tests_are_shared_unless_some_are_named(modules: None) -> None:
    import start

    assert start.testing([], 2)[:2] == ["-n", "3"]
    assert start.testing(["--all"], 64)[:2] == ["-n", "4"]
    assert start.testing(["--all"], 64)[-1] == "--all"
    assert start.testing([], 1) == []
    assert start.testing(["tests/core", "-k", "names"], 8) == ["tests/core", "-k", "names"]


@posix
@pytest.mark.parametrize("program", ["play", "test"])
def test_what_is_started_keeps_its_bytecode(
    modules: None, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """Where the environment forbids that, each process compiles every source again."""
    import environment
    import start

    class ReplacedError(Exception):
        """What this process would be instead."""

    def replaced(*line: object) -> None:
        raise ReplacedError(os.environ.get("PYTHONDONTWRITEBYTECODE"))

    monkeypatch.setattr(environment, "prepare", lambda root, folder: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["start.py", program])
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(os, "execv", replaced)
    with pytest.raises(ReplacedError, match=r"^None$"):
        start.main()


@posix
def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    for name in ("dirname", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    for name in ("python3", "python3.12"):
        old = tmp_path / name
        old.write_text(
            '#!/bin/sh\ncase "$2" in *print*) echo "python3 is 3.9";; *) exit 1;; esac\n'
        )
        old.chmod(0o755)
    done = subprocess.run(
        [str(ROOT / "play"), "cnn_digits"], env={"PATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = "tuidl: error: Python 3.11 or newer is needed: python3 is 3.9\n"
    assert (done.returncode, done.stderr) == (2, said)


@posix
def test_both_commands_can_be_executed() -> None:
    for name in ("play", "test", "scripts/start"):
        assert os.access(ROOT / name, os.X_OK)
        subprocess.run(["sh", "-n", str(ROOT / name)], check=True)
