"""A class and a box: the task of an output that joins two, its probe, picture, scores, exports."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.judging.networks import network
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.export.exporting import export
from tuidl.inference.files import Inputs
from tuidl.inference.predictions import predictions
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.boxes import box_overlaps
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.network import Network
from tuidl.judging.subject import of_part
from tuidl.kernels.boxes import overlaps_oracle
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import from_json, to_json
from tuidl.protocol.picture_answers import Boxes
from tuidl.tasks.choice import task_of
from tuidl.tasks.classification import Classification
from tuidl.tasks.detection import Detection
from tuidl.training.trainer import Trainer
from tuidl.tui.renderers.judgement import page_lines
from tuidl.tui.widgets.picture import picture_of
from tuidl.worker.probes.answer import answer

SHAPE = """
name = "shape"
predicts = "found"
data = {source = "shapes", task = "detection", pictures = 40, size = 16}
networks = [
    {name = "trunk", layers = [{type = "conv2d", filters = 4, kernel_size = 3, stride = 2},
                               {type = "flatten"}]},
    {name = "kinds", layers = [{type = "dense"}]},
    {name = "boxes", layers = [{type = "dense", units = 4, activation = "sigmoid"}]},
    {name = "joined", inputs = ["a", "b"], layers = [{type = "concatenate", inputs = ["a", "b"]}]},
]
outputs = [
    {name = "features", network = "trunk"},
    {name = "box", network = "boxes", inputs = ["features"]},
    {name = "shape", network = "kinds", inputs = ["features"]},
    {name = "found", network = "joined", inputs = ["shape", "box"]},
]
[[objectives]]
name = "both"
optimizer = {type = "adam", learning_rate = 0.01}
losses = [
    {output = "box", target = "box", loss = {type = "giou"}, metrics = ["box_iou"]},
    {output = "shape", target = "shape", loss = {type = "cross_entropy"}, metrics = ["accuracy"]},
]
[training]
epochs = 2
batch_size = 8
"""


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(helpers.preset(SHAPE))
    list(made.run())
    return made


def outputs_of(trainer: Trainer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the held-out part: what the joined output says, the classes, the boxes."""
    feed = trainer.state.held_out["validation"]
    said = trainer.state.model.predict(feed.x.reshape(-1, 16, 16, 1))
    return said, feed.y[:, 0].astype(int), feed.y[:, 1:]


def test_a_class_beside_a_box_is_detection_and_either_alone_is_not() -> None:
    assert type(task_of(helpers.preset(SHAPE))) is Detection
    assert task_of(helpers.preset(SHAPE)).names == ("circle", "square", "triangle")
    alone = SHAPE.replace('predicts = "found"', 'predicts = "shape"')
    assert type(task_of(helpers.preset(alone))) is Classification
    turned = SHAPE.replace('inputs = ["shape", "box"]}', 'inputs = ["box", "shape"]}')
    assert type(task_of(helpers.preset(turned))) is not Detection
    more = SHAPE.replace('inputs = ["a", "b"]}]', 'inputs = ["a", "b", "a"]}]')
    assert type(task_of(helpers.preset(more))) is not Detection


def test_boxes_are_those_of_the_network(trainer: Trainer) -> None:
    said, true, boxes = outputs_of(trainer)
    event = answer(trainer.state, Probe(id=1, kind="boxes", options={"count": 5}))
    assert event.error is None
    assert from_json(to_json(event)) == event
    found = event.answer
    assert isinstance(found, Boxes)
    np.testing.assert_allclose([e.box for e in found.examples], said[:5, 3:], atol=1e-4)
    np.testing.assert_allclose([e.true_box for e in found.examples], boxes[:5], atol=1e-4)
    assert [e.given for e in found.examples] == said[:5, :3].argmax(axis=1).tolist()
    assert [e.true for e in found.examples] == true[:5].tolist()
    assert found.wrong == (said[:, :3].argmax(axis=1) != true).sum()
    overlaps = box_overlaps(said[:, 3:], boxes)
    assert found.overlap == pytest.approx(overlaps.mean(), rel=1e-3)
    worst = answer(trainer.state, Probe(id=1, kind="boxes", options={"worst_first": True})).answer
    assert [e.number for e in worst.examples] == np.argsort(overlaps, kind="stable").tolist()


def test_the_metric_and_the_loss_are_those_of_the_boxes(trainer: Trainer) -> None:
    said, _, boxes = outputs_of(trainer)
    ended = list(Trainer(trainer.state.preset).run())[-1]
    overlap = box_overlaps(said[:, 3:].astype(float), boxes.astype(float)).mean()
    assert ended.validation["box.box_iou"] == pytest.approx(overlap, rel=1e-5)
    assert ended.validation["box.loss"] > 1 - overlap


def test_overlaps_are_the_kernels() -> None:
    random = np.random.default_rng(0)
    first, second = random.standard_normal((2, 200, 4))
    second[:3] = first[:3]
    first[3, 2] = second[4, 3] = second[5, 2] = first[5, 2] = 0
    found = box_overlaps(first, second)
    np.testing.assert_allclose(found, overlaps_oracle(first, second)[:, 0], atol=1e-12)
    assert found[:3] == pytest.approx(1)
    assert found[5] == 0
    assert 0 < (found > 0).mean() < 0.9
    assert box_overlaps(np.array([2, 2, 4, 4.0]), np.array([3, 2, 4, 4.0])) == pytest.approx(0.6)


@pytest.mark.parametrize("size", [(80, 24), (33, 9), (120, 40), (5, 2), (20, 4)], ids=str)
@pytest.mark.parametrize("unicode", [True, False])
def test_the_picture_has_its_size(trainer: Trainer, size: tuple[int, int], unicode: bool) -> None:
    found = answer(trainer.state, Probe(id=1, kind="boxes")).answer
    for palette in (DEFAULT, MONOCHROME):
        lines = picture_of(found, palette, *size, unicode)
        assert [line.cell_len for line in lines] == [size[0]] * size[1]
    if size == (120, 40):
        assert "of all of validation" in lines[0].plain
        assert "predicted" in lines[0].plain


def test_predictions_say_class_and_box(trainer: Trainer) -> None:
    said, _, _ = outputs_of(trainer)
    task, prepared = task_of(trainer.state.preset), Preparation.of(trainer.state.preset)
    names = tuple(str(i) for i in range(len(said)))
    found = predictions(task, prepared, Inputs(said, names), said)
    record = json.loads(json.dumps(found.records[0]))
    assert sum(record["probabilities"].values()) == pytest.approx(1)
    assert list(record["box"]) == ["x", "y", "width", "height"]
    assert list(record["box"].values()) == pytest.approx(said[0, 3:].tolist())
    assert record["class"] == task.names[said[0, :3].argmax()]
    assert found.table()[0].split() == ["example", "class", "probability", *record["box"]]
    fields = task.fields(found.decoded)
    assert fields["box_width"] == pytest.approx(said[:, 5].tolist())
    assert fields["predicted_class"][0] == record["class"]


@pytest.mark.parametrize("kind", ["numpy"])
def test_an_export_says_class_and_box(trainer: Trainer, tmp_path: Path, kind: str) -> None:
    parameters = {name: value.copy() for name, value in trainer.model.parameters.items()}
    export(trainer.state.preset, parameters, kind, tmp_path / "found.py")
    x = trainer.state.held_out["validation"].x[:2].reshape(2, 16, 16, 1)
    np.save(tmp_path / "x.npy", x)
    ran = subprocess.run([sys.executable, tmp_path / "found.py", tmp_path / "x.npy"],
                         capture_output=True, text=True, check=True)  # fmt: skip
    said, _, _ = outputs_of(trainer)
    first = ran.stdout.splitlines()[0].split()
    assert first[0] == ("circle", "square", "triangle")[said[0, :3].argmax()]
    assert first[2:] == [f"{number:.3f}" for number in said[0, 3:]]


def judged_network(trainer: Trainer) -> Network:
    made = network(SHAPE)
    parameters = {name: value.copy() for name, value in trainer.model.parameters.items()}
    return Network("run", "final", made.preset, parameters, made.preparation)


def test_it_is_judged_by_overlap_and_class(trainer: Trainer) -> None:
    made = judged_network(trainer)
    subject = of_part(made.preset, made.preparation, "validation")
    judged = evaluated(made, subject, Options(resamples=50, worst=4, pictures=True))
    said, true, boxes = outputs_of(trainer)
    overlaps, right = box_overlaps(said[:, 3:], boxes), said[:, :3].argmax(axis=1) == true
    assert (judged.kind, judged.main) == ("boxes", "box_iou")
    assert judged.score("box_iou").value == pytest.approx(overlaps.mean(), rel=1e-5)
    assert judged.score("accuracy").value == right.mean()
    assert judged.score("found_50").value == (right & (overlaps >= 0.5)).mean()
    mean = box_overlaps(np.tile(boxes.mean(axis=0), (len(boxes), 1)), boxes)
    assert judged.score("box_iou").baseline == pytest.approx(mean.mean())
    losses = [worst.loss for worst in judged.worst]
    assert losses == pytest.approx(np.sort(1 - overlaps)[::-1][:4], rel=1e-5)
    assert "IoU" in judged.worst[0].predicted
    worst = int(np.argmin(overlaps))
    assert judged.pictures[0].boxes[0] == pytest.approx(boxes[worst].tolist())
    assert judged.pictures[0].boxes[1] == pytest.approx(said[worst, 3:].tolist())
    for palette in (DEFAULT, MONOCHROME):
        lines = page_lines(judged, "worst", palette, (100, 30), unicode=True)
        assert any(f"IoU {1 - losses[0]:.2f}" in line.plain for line in lines)


def test_boxes_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"four numbers \(x, y, width, height\)"):
        Graph.build(helpers.preset(PLAIN % ("sine", "giou", "[]")))
    with pytest.raises(PresetError, match="'box_iou' does not fit"):
        helpers.preset(PLAIN % ("sine", "mse", '["box_iou"]'))
    rows = [
        "a,x,y,w,h",
        *(f"{i},{i % 5},{i % 3},{1 + i % 2 / 2},{2 + i % 4 / 4}" for i in range(40)),
    ]
    (tmp_path / "boxes.csv").write_text("\n".join(rows))
    for loss, metrics in (("giou", "[]"), ("mse", '["box_iou"]')):
        text = PLAIN % (
            f'csv", path = "{tmp_path}/boxes.csv", target = ["x", "y", "w", "h"], '
            'normalize = "standard", normalize_targets = true, split = "random', loss, metrics,
        )  # fmt: skip
        with pytest.raises(PresetError, match="of boxes as they are"):
            Graph.build(helpers.preset(text))
        Graph.build(helpers.preset(text.replace("targets = true", "targets = false")))


PLAIN = """
name = "plain"
data = {source = "%s"}
layers = [{type = "flatten"}, {type = "dense"}]
loss = {type = "%s"}
optimizer = {type = "adam"}
training = {epochs = 1, metrics = %s}
"""
