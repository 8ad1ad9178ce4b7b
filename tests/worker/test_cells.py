"""Held-out rows of a table are shown as its file has them, by the names of its columns."""

from pathlib import Path

import pytest

from tests.worker.test_ask import trained
from tuidl.charts.palette import DEFAULT
from tuidl.preset.schema import Preset
from tuidl.protocol.asking import AskForm
from tuidl.protocol.commands import Probe
from tuidl.protocol.probes import Predictions
from tuidl.training.state import TrainState
from tuidl.tui.renderers.ask import MISSING, cell_text
from tuidl.tui.renderers.examples import closely, rows
from tuidl.worker.probes.answer import answer

ROWS = [
    f"{20 + i % 40 if i % 7 else ''};{('clerk', 'cook', 'smith')[i % 3]};"
    f"{1 + i % 28:02d}.0{1 + i % 9}.2020;{1000 + 30 * i} €;{i % 24:02d}:{i % 60:02d};"
    f"{('no', 'yes')[i % 2]}"
    for i in range(60)
]
PRESET = """
name = "people"
layers = [{type = "dense", units = 6}, {type = "dense", activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 1, batch_size = 16}
[data]
source = "csv"
path = "people.csv"
target = "paid"
validation = 0.4
missing = "mean"
indicator = true
"""


def looked_at(state: TrainState) -> Predictions:
    found = answer(state, Probe(id=1, kind="predictions", options={"count": 60})).answer
    assert isinstance(found, Predictions)
    return found


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainState:
    monkeypatch.chdir(tmp_path)
    lines = ["age;job;since;pay;at;paid", *ROWS]
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return trained(Preset.parse(PRESET, "people"))


def test_cells_are_what_the_example_is_asked_with(state: TrainState) -> None:
    found = looked_at(state)
    assert found.fields == ("age", "job", "since", "pay", "at")
    gaps = 0
    for example in found.examples:
        options = {"example": example.number}
        form = answer(state, Probe(id=1, kind="ask_form", options=options)).answer
        assert isinstance(form, AskForm)
        asked = [cell_text(field, field.start) for field in form.fields]
        age, job, since, pay, at = example.cells
        gaps += age == "-"
        assert (MISSING if age == "-" else age, job, since) == tuple(asked[:3])
        assert pay.replace(",", "") == asked[3]
        hours, minutes = map(int, at.split(":"))
        assert hours + minutes / 60 == pytest.approx(float(asked[4].split()[0]), abs=1e-3)
        written = f";{job};{'.'.join(reversed(since.split('-')))};{pay.replace(',', '')};{at};"
        assert any(written in row for row in ROWS), written
    assert gaps, "values that are not there are said so"


@pytest.mark.parametrize(("width", "height"), [(118, 34), (56, 16), (30, 9), (12, 4)])
def test_names_and_values_are_seen(state: TrainState, width: int, height: int) -> None:
    found = looked_at(state)
    for draw in (rows, closely):
        lines = draw(found, DEFAULT, width, height, selected=1, unicode=True)
        assert [line.cell_len for line in lines] == [width] * height
        seen = "\n".join(line.plain for line in lines)
        if width >= 56:
            assert "job" in seen
            assert found.examples[1].cells[1] in seen
    if width >= 56:
        lines = closely(found, DEFAULT, width, height, selected=1, unicode=True)
        seen = "\n".join(line.plain for line in lines)
        for cell in found.examples[1].cells:
            assert cell in seen
