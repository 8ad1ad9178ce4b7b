"""A class for each pixel: the task, its probe, its picture and its predictions."""

import json

import numpy as np
import pytest

from tests import helpers
from tests.judging.networks import network
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.inference.files import Inputs
from tuidl.inference.predictions import predictions
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.subject import of_part
from tuidl.nn.losses.classification import CrossEntropy
from tuidl.nn.metrics import METRICS
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import from_json, to_json
from tuidl.protocol.picture_answers import Masks
from tuidl.tasks.choice import task_for, task_of
from tuidl.tasks.per_step import PerStep
from tuidl.tasks.segmentation import Segmentation
from tuidl.training.trainer import Trainer
from tuidl.tui.renderers.judgement import page_lines
from tuidl.tui.widgets.picture import picture_of
from tuidl.worker.probes.answer import answer

SHAPES = """
name = "shapes"
data = {source = "shapes", pictures = 40, size = 16}
layers = [{type = "conv2d", filters = 4, kernel_size = 3, padding = "same", activation = "tanh"},
          {type = "conv2d", filters = 4, kernel_size = 1, activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 1, batch_size = 16, metrics = ["pixel_accuracy", "mean_iou"]}
"""


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(helpers.preset(SHAPES))
    list(made.run())
    return made


def test_a_class_a_pixel_is_segmentation_and_a_class_a_step_is_not(trainer: Trainer) -> None:
    spec = trainer.state.preset.spec()
    assert type(task_of(trainer.state.preset)) is Segmentation
    other = helpers.changed(trainer.state.preset.data, size=24).spec()
    shorter = type(spec)((16, 1), 4, spec.classes, target_shape=(16,))
    assert type(task_for(other, CrossEntropy())) is Segmentation
    task = task_for(shorter, CrossEntropy())
    assert type(task) is PerStep
    assert not task.metric_problem(METRICS["pixel_accuracy"])
    plain = type(spec)((16, 1), 4, spec.classes)
    problem = task_for(plain, CrossEntropy()).metric_problem(METRICS["pixel_accuracy"])
    assert "does not fit" in problem
    assert "pixel_accuracy" not in problem.partition("fitting")[2]


def test_masks_are_those_of_the_network(trainer: Trainer) -> None:
    state = trainer.state
    feed = state.held_out["validation"]
    given = state.model.predict(feed.x.reshape(-1, 16, 16, 1)).argmax(axis=-1).reshape(8, -1)
    event = answer(state, Probe(id=1, kind="masks", options={"count": 5}))
    assert event.error is None
    assert from_json(to_json(event)) == event
    found = event.answer
    assert isinstance(found, Masks)
    assert [e.number for e in found.examples] == [0, 1, 2, 3, 4]
    assert [e.given for e in found.examples] == given[:5].tolist()
    assert [e.true for e in found.examples] == feed.y[:5].astype(int).tolist()
    worst = answer(state, Probe(id=1, kind="masks", options={"worst_first": True})).answer
    overlaps = [e.overlap for e in worst.examples]
    assert overlaps == sorted(overlaps)
    assert sorted(e.number for e in worst.examples) == list(range(8))
    assert worst.overlap == found.overlap
    scores = list(Trainer(state.preset, split=state.preset.source.split()).run())[-1].validation
    assert found.overlap == pytest.approx(scores["mean_iou"], abs=1e-3)


def test_other_targets_have_no_masks() -> None:
    made = Trainer(helpers.preset(SHAPES.replace("source = \"shapes\", pictures = 40, size = 16",
                                                 'source = "digits"')
                   .replace('filters = 4, kernel_size = 1, activation = "softmax"}',
                            'filters = 4, kernel_size = 1}, {type = "flatten"}, {type = "dense"}')
                   .replace('"pixel_accuracy", "mean_iou"', '"accuracy"')))  # fmt: skip
    assert "no class for each pixel" in str(answer(made.state, Probe(id=1, kind="masks")).error)


@pytest.mark.parametrize("size", [(80, 24), (33, 9), (120, 40), (5, 2), (20, 4)], ids=str)
@pytest.mark.parametrize("unicode", [True, False])
def test_the_picture_has_its_size(trainer: Trainer, size: tuple[int, int], unicode: bool) -> None:
    found = answer(trainer.state, Probe(id=1, kind="masks")).answer
    for palette in (DEFAULT, MONOCHROME):
        lines = picture_of(found, palette, *size, unicode)
        assert [line.cell_len for line in lines] == [size[0]] * size[1]
    if size == (120, 40):
        assert "of all of validation; predicted, true" in lines[0].plain
        assert "circle" in lines[0].plain


def test_predictions_say_shares_and_classes(trainer: Trainer) -> None:
    state = trainer.state
    x = state.train_feed.x[:2].reshape(2, 16, 16, 1)
    outputs = state.model.predict(x)
    task = task_of(state.preset)
    found = predictions(task, Preparation.of(state.preset), Inputs(x, ("a", "b")), outputs)
    names = np.array(task.names)[outputs.argmax(axis=-1)]
    assert [record["classes"] for record in found.records] == names.tolist()
    json.dumps(found.records)
    shares = (names[0] == "background").mean()
    assert found.table()[0].split() == ["example", *task.names]
    assert found.table()[1].split()[1] == f"{shares:.1%}"
    fields = task.fields(found.decoded)
    assert fields["share_background"][0] == pytest.approx(shares)
    assert fields["predicted_classes"][1].split() == names[1].ravel().tolist()


def test_the_worst_pictures_are_those_that_overlap_least() -> None:
    made = network(SHAPES)
    subject = of_part(made.preset, made.preparation, "validation")
    judged = evaluated(made, subject, Options(resamples=0, worst=3, pictures=True))
    assert (judged.kind, judged.main) == ("masks", "overlap_macro")
    losses = [worst.loss for worst in judged.worst]
    assert losses == sorted(losses, reverse=True)
    assert judged.worst[0].predicted.endswith("of the pixels right")
    assert "background" in judged.worst[0].true
    given, true = (np.frombuffer(mask, np.uint8) for mask in judged.pictures[0].masks[::-1])
    classes = range(4)
    union = [((given == k) | (true == k)).sum() for k in classes]
    shared = [((given == k) & (true == k)).sum() for k in classes]
    shares = [s / u for s, u in zip(shared, union, strict=True) if u]
    assert 1 - np.mean(shares) == pytest.approx(losses[0])
    for palette in (DEFAULT, MONOCHROME):
        lines = page_lines(judged, "worst", palette, (100, 30), unicode=True)
        assert any(f"IoU {1 - losses[0]:.2f}" in line.plain for line in lines)
