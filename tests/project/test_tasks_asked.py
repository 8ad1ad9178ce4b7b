"""What outputs mean is asked of a task: other rooms neither look at classes nor decode outputs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "tuidl"
ROOMS = ("tasks", "nn", "data", "kernels", "backends", "ir")
"""Rooms that define it: tasks; losses, metrics and sources, which tasks are chosen from; kernels,
with the oracles beside them."""

ASKING = {"classifies", "of_classes", "of_class", "closing_activation"}
"""Attributes of losses and metrics."""
SPECS = ("spec", "spec()", "data.spec()", "prepared", "known")
"""Values whose ``classes`` are those of the targets."""
DECODING = {"exp", "softmax", "sigmoid", "tanh"}
"""Functions that make shares of scores."""

ALLOWED = {
    "compiler": "emits the loss, the closing activation and metrics' sums as instructions",
    "export/ends.py": "writes the names of classes into a program",
    "export/writing.py": "writes the names of classes into a program",
    "export/onnx_model.py": "writes the names of classes into the file's metadata",
    "proposing": "chooses loss and metrics, from which the task follows",
    "training/baseline.py": "counts the classes of one head of several",
    "training/scores.py": "names the classes that the scores of one head of several are of",
    "inference/preprocessing.py": "keeps the names of classes, and compares them with a preset's",
}


def questions(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each place that asks what outputs mean, or makes shares of them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if node.attr in ASKING or (node.attr == "classes" and owner.endswith(SPECS)):
                yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            f"np.{name}" for name in DECODING
        }:
            yield node.lineno, ast.unparse(node)


def is_allowed(path: Path) -> bool:
    place = path.relative_to(ROOT)
    return place.parts[0] in ROOMS or any(place.is_relative_to(known) for known in ALLOWED)


def test_only_a_task_is_asked_what_outputs_mean() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sorted(ROOT.rglob("*.py"))
        if not is_allowed(path)
        for line, text in questions(path)
    ]
    assert not found, "ask tuidl.tasks instead:\n" + "\n".join(found)


@pytest.mark.parametrize("known", ALLOWED)
def test_what_is_allowed_still_asks(known: str) -> None:
    paths = (ROOT / known).rglob("*.py") if (ROOT / known).is_dir() else [ROOT / known]
    assert any(list(questions(path)) for path in paths), "take it off the list"


def test_a_question_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "asks.py"
    path.write_text("if graph.spec.classes or loss.classifies(spec):\n    x = np.exp(y)\n")
    assert sorted(line for line, _ in questions(path)) == [1, 1, 2]
