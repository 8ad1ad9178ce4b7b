"""Every Python snippet of README.md and docs/ runs as it stands, or is part of a longer text that
another test runs."""

import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tuidl
from tests import helpers
from tests.runs.kept import start
from tuidl.storage.locations import runs_folder

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
RUN = "digits-20260101-120000"
RUN_BY = {
    '"""A layer, a loss and a source': "tests/plugins/test_plugins.py",
    '"""XOR: a trained network.': "tests/export/test_programs.py",
    '"""One learned factor': "tests/project/test_recipe.py",
    "CASES.append(": "tests/project/test_recipe.py",
    "import numpy as np\n\nT = 50": "tests/model/test_diffusion.py",
    "import tuidl\n\npreset = {": "tests/runs/test_fitting.py",
}
"""What a snippet starts with, and the test that takes it from its page and runs it."""


def _snippets() -> list[Any]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^( *)```python\n(.*?)^\1```$", text, re.M | re.S):
            line = text.count("\n", 0, block.start()) + 1
            lines = re.sub(f"^{block[1]}", "", block[2], flags=re.M)
            found.append(pytest.param(page.name, lines, id=f"{page.name}:{line}"))
    return found


def _model() -> dict[str, Any]:
    preset = tuidl.load_preset("cnn_digits")
    return {"preset": preset, "model": tuidl.build(preset)}


def _digits() -> dict[str, Any]:
    random = np.random.default_rng(0)
    return {"x": random.random((40, 8, 8, 1)), "y": np.arange(40) % 10}


def _kept_run() -> dict[str, Any]:
    """A kept run, beside it the picture that is predicted."""
    pytest.importorskip("onnx")
    start(helpers.preset(helpers.CONV), runs_folder() / RUN)
    Image.new("L", (8, 8), 99).save("seven.png")
    return _model()


def _preset_with_plugins() -> dict[str, Any]:
    Path("my.toml").write_text(helpers.LINE, encoding="utf-8")
    return {"tuidl": tuidl}


def _nothing() -> dict[str, Any]:
    return {}


GIVEN: dict[str, Callable[[], dict[str, Any]]] = {
    "README.md": _digits,
    "python.md": _digits,
    "export.md": _kept_run,
    "plugins.md": _preset_with_plugins,
}
"""What the text of a page takes for granted: files in the folder, and the names returned."""


@pytest.mark.sample(20)
@pytest.mark.parametrize(("page", "lines"), _snippets())
def test_a_snippet_runs(
    page: str, lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if judge := next((RUN_BY[text] for text in RUN_BY if lines.startswith(text)), None):
        assert (PROJECT / judge).is_file()
        return
    if lines.startswith("@kernel"):  # quoted, less its body
        decorator, head = lines.splitlines()
        source = (PROJECT / "tuidl" / "kernels" / "dense.py").read_text(encoding="utf-8")
        quoted = f"{decorator[:-1]}, inline=True)\n{head.removesuffix(' ...')}\n"
        assert quoted in source
        return
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    with redirect_stdout(io.StringIO()):
        exec(compile(lines, page, "exec"), GIVEN.get(page, _nothing)())


def test_each_snippet_that_another_test_runs_is_still_there() -> None:
    snippets = [parameters.values[1] for parameters in _snippets()]
    for text in RUN_BY:
        assert any(lines.startswith(text) for lines in snippets)
