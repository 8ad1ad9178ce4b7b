"""Every Python snippet of README.md and docs/ runs as it stands, or is part of a longer text that
another test runs."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tuidl
from tests import helpers
from tests.project.copies import copy_project, suite
from tests.runs.kept import start
from tuidl.storage.locations import runs_folder

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
RUN = "digits-20260101-120000"
RECIPE = "tests/project/test_recipe.py::test_the_recipe_makes_a_layer_that_passes"
RUN_BY = {
    '"""A layer, a loss and a source': "tests/plugins/test_plugins.py"
    "::test_the_example_of_the_page_trains_and_its_gradients_are_right",
    '"""XOR: a trained network.': "tests/export/test_programs.py"
    "::test_the_program_in_the_documentation_is_what_is_written",
    '"""One learned factor': RECIPE,
    "CASES.append(": RECIPE,
    "import numpy as np\n\nT = 50": "tests/model/test_diffusion.py"
    "::test_the_steps_back_are_those_of_a_plain_loop",
    "import tuidl\n\npreset = {": "tests/runs/test_fitting.py"
    "::test_the_lines_of_the_documentation_run",
}
"""What a snippet starts with, and the test that takes it from its page and runs it, or (XOR)
compares it with what is written by code that other tests run."""
MESSAGE = "this snippet was broken to see who finds it"


def _found() -> Iterator[tuple[Path, int, str]]:
    """The page, the line where it begins, and the text of each snippet."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^( *)```python\n(.*?)^\1```$", text, re.M | re.S):
            line = text.count("\n", 0, block.start()) + 1
            yield page, line, re.sub(f"^{block[1]}", "", block[2], flags=re.M)


def _begins(lines: str) -> str:
    """How it begins, where another test runs it; empty otherwise."""
    return next((text for text in RUN_BY if lines.startswith(text)), "")


def _snippets() -> list[Any]:
    return [
        pytest.param(page.name, lines, id=f"{page.name}:{line}") for page, line, lines in _found()
    ]


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
    if _begins(lines):
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
    assert set(RUN_BY) == {_begins(lines) for _, _, lines in _found()} - {""}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "line", "begins"),
    [
        pytest.param(path, line, begins, id=f"{path.name}:{line}")
        for path, line, lines in _found()
        if (begins := _begins(lines))
    ],
)
def test_a_broken_snippet_is_found_by_the_test_that_runs_it(
    path: Path, line: int, begins: str, tmp_path: Path
) -> None:
    copy_project(tmp_path)
    page = tmp_path / path.relative_to(PROJECT)
    lines = page.read_text(encoding="utf-8").split("\n")
    end = next(n for n in range(line, len(lines)) if lines[n].strip() == "```")
    lines.insert(end, f"raise SystemError({MESSAGE!r})")
    page.write_text("\n".join(lines), encoding="utf-8")
    done = suite(tmp_path, [RUN_BY[begins]])
    assert done.returncode != 0
    assert MESSAGE in done.stdout
