"""Python files of the current folder do not run, and one that hides a module is named."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.runs.kept import start
from tuidl.backends.cuda.probing import PROBE
from tuidl.core.children import child_environment, module_command, script_command
from tuidl.core.isolation import NEEDED, NUMBA_FILE, cleaned
from tuidl.export import proof
from tuidl.kernels import ahead
from tuidl.protocol import commands
from tuidl.tui.services import exporting
from tuidl.tui.services.child_output import command_line
from tuidl.tui.session import engine

ROOT = Path(__file__).parents[2]
OPTIONAL = {"onnx", "onnxruntime", "torch", "yaml", "numba_cuda", "cuda", "colorama", "pandas"}
CUSTOMIZE = {"sitecustomize", "usercustomize"}
EVERY_NAME = {*sys.stdlib_module_names, *NEEDED, *OPTIONAL, *CUSTOMIZE, "tuidl", "tests"}
SCRIPT = "import sys\nfrom tuidl.__main__ import main\nsys.exit(main())\n"
"""What pip makes of the entry point."""


class Folder:
    """A folder with files of Python, each of which leaves a mark when it is run."""

    def __init__(self, path: Path) -> None:
        self.path, self.marks = path, path.parent / "marks"
        self.path.mkdir(parents=True)
        self.marks.mkdir(exist_ok=True)

    def plant(self, *files: str) -> "Folder":
        for name in files:
            file = self.path / name
            file.parent.mkdir(exist_ok=True)
            mark = str(self.marks / name.replace("/", "-"))
            file.write_text(f"open({mark!r}, 'w').close()\n")
        return self

    @property
    def executed(self) -> list[str]:
        return sorted(mark.name for mark in self.marks.iterdir())

    def run(
        self, command: list[str], given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.path, input=given, env={**os.environ, **environment},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "here")


@pytest.fixture
def hostile(folder: Folder) -> Folder:
    """A file for every module that anything here may import."""
    return folder.plant(*(f"{name}.py" for name in EVERY_NAME), NUMBA_FILE)


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """The command ``tuidl``, which lies beside a file that no one should run."""
    Folder(tmp_path / "bin").plant("random.py")
    script = tmp_path / "bin" / "tuidl"
    script.write_text(SCRIPT)
    return [sys.executable, str(script)]


def module() -> list[str]:
    return [sys.executable, "-m", "tuidl"]


def refusal(done: subprocess.CompletedProcess[str], file: Path) -> None:
    """One line that names the file, and the exit code of wrong usage."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"tuidl: error: {file}: hides the module ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "arguments", ["linear_regression --no-ui --set training.epochs=2", "--help", "presets"]
)
def test_the_program_runs_nothing_of_the_current_folder(
    arguments: str, hostile: Folder, program: list[str]
) -> None:
    done = hostile.run([*program, *arguments.split()])
    assert done.returncode == 0, done.stderr
    assert hostile.executed == []


def test_the_worker_runs_nothing_of_the_current_folder(hostile: Folder) -> None:
    text = (ROOT / "presets/linear_regression.toml").read_text()
    load = commands.to_json(commands.Load(preset=text, paused=False))
    done = hostile.run(engine.command_line(), load + "\n")
    assert done.returncode == 0, done.stderr
    assert hostile.executed == []


def test_the_compiling_helper_runs_nothing_of_the_current_folder(
    hostile: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
        ahead._helper(np.dtype("float32"))
    done = hostile.run(*started, "relu\n")
    assert done.stdout.split() == ["ready", "relu"], done.stderr
    assert hostile.executed == []


@pytest.mark.slow
def test_exporting_and_its_proof_run_nothing_of_the_current_folder(
    hostile: Folder, tmp_path: Path
) -> None:
    start(helpers.preset(helpers.LINE), run := tmp_path / "run")
    done = hostile.run(command_line(*exporting.export_arguments(run, "numpy", tmp_path / "out")))
    assert done.returncode == 0, done.stderr
    assert "tuidl: proved" in done.stderr
    jobs = json.dumps([[str(tmp_path / "missing.py"), "x.npy", "y.npy"]])
    assert hostile.run(script_command(proof.RUNNER), jobs).returncode == 0
    assert hostile.executed == []


def test_the_question_for_a_gpu_runs_nothing_of_the_current_folder(hostile: Folder) -> None:
    done = hostile.run(module_command(PROBE))
    assert json.loads(done.stdout)
    assert hostile.executed == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("entry", [os.pathsep, ".", f"lib{os.pathsep}."])
def test_no_child_looks_where_an_entry_of_a_path_leads_from_the_current_folder(
    entry: str, hostile: Folder
) -> None:
    environment = cleaned({**os.environ, "PYTHONPATH": entry})
    done = subprocess.run(
        module_command("tuidl", "presets"), cwd=hostile.path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert hostile.executed == []


@cache
def loaded_at_start() -> list[str]:
    """Modules that Python, or a package's .pth file, loads here before any of tuidl's lines."""
    code = "import sys; print(*sys.modules)"
    return subprocess.check_output([sys.executable, "-P", "-c", code], text=True).split()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A file's name, of a module that is imported later."""
    file: str = request.param
    if file.removesuffix(".py") in loaded_at_start():
        pytest.skip("here it is loaded before tuidl is")
    return file


NAMES = ["numpy.py", "random.py", "textual/__init__.py", "msgspec.py", "click.py", "typing.py",
         "difflib.py", "tomllib.py", "numba.py"]  # fmt: skip


ON_THE_PATH = ["numpy.py", "random.py", "scipy/__init__.py", "secrets.py", "json/__init__.py"]


@pytest.mark.parametrize("name", NAMES, indirect=True)
def test_a_file_that_hides_a_module_is_named(name: str, folder: Folder) -> None:
    folder.plant(name)
    done = folder.run([*module(), "linear_regression", "--no-ui"])
    refusal(done, folder.path / name)
    assert done.stderr.endswith("rename it, or start tuidl in another folder\n")
    assert folder.executed == []


@pytest.mark.parametrize("name", ON_THE_PATH, indirect=True)
@pytest.mark.parametrize("entry", ["{}", "/nowhere:{}", ".", "", "../here"])
def test_one_on_the_path_is_named_as_well(
    name: str, entry: str, folder: Folder, program: list[str]
) -> None:
    folder.plant(name)
    path = entry.format(folder.path) or os.pathsep
    done = folder.run([*program, "linear_regression", "--no-ui"], PYTHONPATH=path)
    refusal(done, folder.path / name)
    assert "from PYTHONPATH" in done.stderr
    assert folder.executed == []


def test_so_it_is_in_the_engine_process(folder: Folder) -> None:
    folder.plant("queue.py")
    done = folder.run(engine.command_line(), PYTHONPATH=str(folder.path))
    refusal(done, folder.path / "queue.py")
    assert folder.executed == []


def test_other_files_are_in_nobodys_way(folder: Folder) -> None:
    """Modules that tuidl does not need, folders of data, and built-in modules."""
    folder.plant("test.py", "turtle.py", "notes.py", "time.py", "sys.py", "yaml.py", "onnx.py")
    for name in ("numpy", "random", "queue"):
        (folder.path / name).mkdir()
    done = folder.run([*module(), "linear_regression", "--no-ui", "--set", "training.epochs=2"])
    assert done.returncode == 0, done.stderr
    assert folder.executed == []


def test_packages_that_were_installed_into_a_folder_are_used(
    folder: Folder, program: list[str]
) -> None:
    (folder.path / "click-8.2.dist-info").mkdir()
    (folder.path / "numpy.py").write_text("")
    done = folder.run([*program, "--version"], PYTHONPATH=str(folder.path))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_settings_of_numba_in_the_current_folder_are_not_read(
    folder: Folder, program: list[str], tmp_path: Path
) -> None:
    """They may name a cache of pickles. Whether they are read must not depend on PyYAML."""
    Folder(tmp_path / "lib").plant("yaml.py")
    with (tmp_path / "lib" / "yaml.py").open("a") as file:
        file.write(f"def safe_load(file): return {{'CACHE_DIR': {str(folder.path)!r}}}\n")
    (folder.path / NUMBA_FILE).write_text("cache_dir: .\n")
    arguments = ["linear_regression", "--no-ui", "--set", "training.epochs=2"]
    done = folder.run([*program, *arguments], PYTHONPATH=str(tmp_path / "lib"))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(NUMBA_FILE) == 1
    assert "Warning" not in done.stderr
    assert folder.executed == []
    assert [path.name for path in folder.path.iterdir()] == [NUMBA_FILE]


def test_a_folder_that_was_removed_is_in_nobodys_way(folder: Folder, program: list[str]) -> None:
    """And nothing else is taken from Python's path in its place."""
    for command in (module(), program):
        quoted = shlex.join([*command, "presets"])
        script = f"mkdir {folder.path}/gone; cd {folder.path}/gone; rmdir ../gone; {quoted}"
        done = folder.run(["sh", "-c", script])
        assert "linear_regression" in done.stdout, done.stderr


@pytest.mark.slow
def test_compiled_files_below_the_current_folder_are_not_read(
    hostile: Folder, program: list[str]
) -> None:
    done = hostile.run([*program, "presets"], PYTHONPYCACHEPREFIX="cache")
    assert done.returncode == 0, done.stderr
    kept = [path for path in (hostile.path / "cache").rglob("*.pyc") if "click" in path.parts]
    assert kept == []


def test_a_closed_stderr_changes_nothing(folder: Folder) -> None:
    folder.plant("secrets.py", "numpy.py")
    done = folder.run(["sh", "-c", shlex.join([*module(), "presets"]) + " 2>&-"])
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPYCACHEPREFIX"]
)
def test_only_whole_paths_are_searched(name: str) -> None:
    for text in (":", ".", "", "lib", "./lib:../x", "~/x:"):
        assert name not in cleaned({name: text}), text
    assert cleaned({name: ":/a:.:/b::c"})[name] == "/a:/b"


def test_a_child_is_neither_interactive_nor_told_where_to_look() -> None:
    given = {"PYTHONSTARTUP": "x.py", "PYTHONINSPECT": "1", "PYTHONSAFEPATH": "", "HOME": "/h"}
    assert cleaned(given) == {"PYTHONSAFEPATH": "1", "HOME": "/h"}
    assert child_environment(A="b")["A"] == "b"


def test_a_child_is_started_as_its_parent_was(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import tuidl\nfrom tuidl.core.children import module_command as m\nprint(m('tuidl'))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "No module named" in done.stderr:
        pytest.skip("tuidl is not installed in this environment")
    assert ast.literal_eval(done.stdout)[1:5] == ["-P", "-I", "-E", "-s"]


SPAWNS = {"run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec",
          "create_subprocess_shell", "system", "popen", "startfile"}  # fmt: skip
OWNERS = ("subprocess", "asyncio", "os")


def test_every_command_line_of_python_is_made_by_one_module() -> None:
    starters = ("children.py", "ahead.py", "comparing.py", "bits.py")
    # ahead.py and comparing.py start nothing with it; bits.py works on any version of the package
    for file in [*(ROOT / "tuidl").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]:
        text = file.read_text()
        assert "sys.executable" not in text or file.name in starters, file
        assert not re.search(
            r"(import|from) multiprocessing|ProcessPool|os\.(exec|spawn)[lv]", text
        ), file


def test_every_child_is_given_a_cleaned_environment() -> None:
    children = 0
    may_start = re.compile(rf"\b({'|'.join(OWNERS)})\s*\.\s*({'|'.join(SPAWNS)})\b")
    texts = {file: file.read_text() for file in (ROOT / "tuidl").rglob("*.py")}
    for file in [file for file, text in texts.items() if may_start.search(text)]:
        for node in ast.walk(ast.parse(texts[file])):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if owner in OWNERS and node.func.attr in SPAWNS:
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert given.get("env", "").startswith("child_environment("), (file, node.lineno)
                children += 1
    assert children >= 5


def test_what_is_looked_for_at_the_start_is_what_tuidl_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.match(r"[\w-]+", line).group().lower() for line in project["dependencies"]}  # type: ignore[union-attr]
    distributions = packages_distributions()
    known = {name.lower().replace("_", "-") for n in NEEDED for name in distributions[n]}
    assert known == wanted | {"llvmlite"}
    assert project["scripts"] == {"tuidl": "tuidl.__main__:main"}
