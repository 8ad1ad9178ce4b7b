"""The recipe for a layer in docs/architecture.md, followed literally in a copy of the project."""

import re
from pathlib import Path

import pytest

from tests.project.copies import ROOT, copy_project, run, suite

DOCUMENT = ROOT / "docs" / "architecture.md"
MOST_FILES = 6
COMMAND = "docs/presets.md"

COVERAGE = [
    "tests/nn/test_gradients.py::test_every_layer_is_checked",
    "tests/kernels/test_kernels.py::test_every_kernel_has_an_oracle_and_cases",
    "tests/export/test_export.py::test_every_layer_has_an_export",
    "tests/glossary/test_glossary.py::test_everything_that_a_preset_can_say_is_explained[scale]",
    "tests/preset/test_docs.py::test_tables_are_what_the_records_say",
    "tests/nn/test_gradients.py::test_gradients_of_parameters_and_inputs[1-scale]",
]
"""What finds a missing file, the quick ones first."""
WHOLE = [
    *COVERAGE,
    "tests/tui/renderers/test_renderers.py::test_every_layer_loss_and_optimizer_has_its_formula",
    "tests/nn/test_gradients.py::test_gradients_of_parameters_and_inputs[5-scale]",
    "tests/kernels/test_kernels.py",
    "tests/export/test_export.py::test_a_numpy_program_answers_as_the_model[layer scale]",
    "tests/glossary/test_glossary.py",
    "tests/preset/test_docs.py",
]
CHOSEN = "scale or every_layer or every_kernel_has or every_check or tables or reference"
JUDGES = [
    "tests/judges/test_torch_gradients.py::test_gradients_are_those_of_torch[scale]",
    "tests/judges/test_exports.py::test_an_export_answers_as_the_model[torch-layer scale]",
    "tests/judges/test_exports.py::test_an_export_answers_as_the_model[onnx-layer scale]",
]
"""Where the packages of the judges are installed."""


def recipe() -> dict[str, str]:
    """What the section's blocks say, by file; the file that a command writes has none."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.split("## Add a layer, step by step")[1].split("\n## ")[0]
    steps = re.split(r"^\*\*\d\. ", section, flags=re.M)[1:]
    found = {}
    for step in steps:
        (path,) = re.findall(r"`([\w/.]+/[\w.]+)`", step.split("```")[0].split("\n\n")[0])[:1]
        blocks = re.findall(r"^```\w+\n(.*?)^```", step, re.S | re.M)
        found[path] = blocks[0] if blocks else ""
    return found


def follow(folder: Path, files: dict[str, str]) -> set[str]:
    """A copy of the project in the folder, with these steps done; the files that this changed."""
    copy_project(folder)
    before = contents(folder)
    for path, block in files.items():
        if block:
            with (folder / path).open("a", encoding="utf-8") as file:
                file.write(block)
    if COMMAND in files:
        run(folder, ["docs/tables.py"]).check_returncode()
    after = contents(folder)
    return {path for path in after if before.get(path) != after[path]}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the copy."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_recipe_names_six_files_at_most() -> None:
    assert 1 < len(recipe()) <= MOST_FILES
    assert all(block or path == COMMAND for path, block in recipe().items())


@pytest.mark.slow
def test_the_recipe_makes_a_layer_that_passes(tmp_path: Path) -> None:
    files = recipe()
    assert follow(tmp_path, files) == set(files)
    done = suite(tmp_path, [*WHOLE, *JUDGES], "-k", CHOSEN)
    assert done.returncode == 0, done.stdout[-5000:]
    ran = re.findall(r"^(tests/.*) PASSED", done.stdout, re.M)
    for kernel in ("scale_rows", "scale_rows_gradient"):
        assert any(f"test_kernel_does_what_its_oracle_says[{kernel}-n" in test for test in ran)
    assert set(COVERAGE) <= {re.sub(r"(_has_an_export).*", r"\1", name) for name in ran}


@pytest.mark.slow
@pytest.mark.parametrize("left_out", recipe())
def test_a_step_that_is_left_out_is_found(left_out: str, tmp_path: Path) -> None:
    follow(tmp_path, {path: block for path, block in recipe().items() if path != left_out})
    done = suite(tmp_path, COVERAGE, "-x")
    assert done.returncode != 0
