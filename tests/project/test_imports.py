"""What is loaded when: the light parts stay light, and imports point one way."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"numba", "numpy", "scipy", "sklearn", "textual", "plotext", "rich"}
TO_ASK_WHAT_IS_DATA = 110
"""Modules, Python's own left out, that may be loaded to tell a file of data from a preset: 101 when
this was written. Each command asks that of its first word."""


def _loaded_by(code: str, depth: int = 1) -> set[str]:
    """Names of the modules, up to so many of their parts."""
    program = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return {".".join(name.split(".")[:depth]) for name in result.stdout.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import tuidl",
        "from tuidl import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass",
        "import tuidl.protocol.events, tuidl.protocol.history",
        "import tuidl.export",
        "from tuidl.glossary import concepts\nconcepts()",
        "from tuidl import cli\ntry: cli.main(['explain', 'adam'])\nexcept SystemExit: pass",
    ],
)
def test_these_load_nothing_heavy(code: str) -> None:
    assert _loaded_by(code) & HEAVY == set()


def test_to_ask_whether_a_word_is_a_file_of_data_loads_few_modules() -> None:
    code = "from tuidl.proposing.files import is_data\nassert is_data('a.csv')"
    loaded = _loaded_by(code, depth=9) - _loaded_by("", depth=9)
    loaded = {name for name in loaded if name.split(".")[0] not in sys.stdlib_module_names}
    assert "tuidl.proposing.files" in loaded
    assert {"numpy", "tuidl.data.tables.reading"} & loaded == set()
    assert len(loaded) <= TO_ASK_WHAT_IS_DATA, sorted(loaded)


def test_charts_load_neither_the_engine_nor_the_screen() -> None:
    names = sorted(path.stem for path in (ROOT / "tuidl/charts").glob("[!_]*.py"))
    assert names
    code = "\n".join(f"import tuidl.charts.{name}" for name in names)
    assert _loaded_by(code) & {"numba", "scipy", "sklearn", "textual"} == set()


def test_only_one_module_knows_plotext() -> None:
    users = [p.name for p in (ROOT / "tuidl").rglob("*.py") if "import plotext" in p.read_text()]
    assert users == ["strokes.py"]


def test_presets_and_graphs_need_no_compiler() -> None:
    code = (
        "from tuidl.preset.library import load_preset\nfrom tuidl.compiler.graph import Graph\n"
        "Graph.build(load_preset('cnn_digits'))"
    )
    assert "numba" not in _loaded_by(code)


def test_the_viewer_needs_no_engine() -> None:
    code = "import tuidl.cli.viewing, tuidl.logs.text, tuidl.tui.app, tuidl.tui.screens.viewer"
    assert _loaded_by(code) & {"numba", "numpy", "scipy", "sklearn"} == set()


def test_digits_come_without_importing_scikit_learn() -> None:
    code = "from tuidl.data import SOURCES\nSOURCES['digits']().split()"
    assert "sklearn" not in _loaded_by(code)


def test_training_on_the_processor_loads_no_gpu() -> None:
    code = "import tuidl\ntuidl.build(tuidl.load_preset('linear_regression')).require_prepared()"
    loaded = _loaded_by(code, depth=3)
    assert "numba.core" in loaded
    assert {"numba.cuda", "tuidl.backends.cuda"} & loaded == set()


def test_import_contracts_hold() -> None:
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("import-linter is not installed (extra: dev)")
    result = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
