"""Targets of any rank, and one of several targets: decoded place by place, shown and predicted."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.systems import GAN, PER_STEP, TWO_HEADS
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.export.formats import FORMATS
from tuidl.inference.files import Inputs
from tuidl.inference.predictions import predictions
from tuidl.inference.preprocessing import Preparation
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import from_json, to_json
from tuidl.tasks.choice import task_for, task_of
from tuidl.tasks.classification import Classification
from tuidl.tasks.generation import Generation
from tuidl.tasks.image import ImageRegression
from tuidl.tasks.per_step import PerStep
from tuidl.training.trainer import Trainer
from tuidl.tui.widgets.picture import picture_of
from tuidl.worker.probes.answer import answer

pytestmark = pytest.mark.usefixtures("test_sources")

STEPS = """
name = "a class for each of five steps"
data = {source = "steppers"}
layers = [{type = "gru", units = 4, return_sequences = true}, {type = "dense", %s}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 1, batch_size = 16, metrics = ["accuracy"]}
"""
IMAGES = """
name = "an image of an image"
data = {source = "blurred"}
layers = [{type = "conv2d", filters = 2, kernel_size = 3, padding = "same"}]
loss = {type = "mse"}
optimizer = {type = "adam"}
training = {epochs = 1, batch_size = 16}
"""
OPEN, CLOSED = "units = 3", 'units = 3, activation = "softmax"'


def trained(text: str) -> Trainer:
    trainer = Trainer(helpers.preset(text))
    list(trainer.run())
    return trainer


@pytest.mark.parametrize("end", [OPEN, CLOSED])
def test_a_class_for_each_step_is_decoded_step_by_step(end: str) -> None:
    state = trained(STEPS % end).state
    task = task_of(state.preset)
    assert type(task) is PerStep
    assert task.picture.probe == "places"
    feed = state.held_out["validation"]
    x = feed.x.reshape(-1, 5, 1)
    outputs = state.model.predict(x)
    shares = task.decode(outputs, end == CLOSED)
    assert shares.shape == (len(x), 5, 3)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-6)
    event = answer(state, Probe(id=1, kind="places", options={"count": 8}))
    assert event.error is None
    assert from_json(to_json(event)) == event
    found = event.answer
    assert [e.given for e in found.examples] == outputs.argmax(axis=-1)[:8].tolist()
    assert [e.true for e in found.examples] == feed.y[:8].astype(int).tolist()
    assert found.total == 40
    wrong = (outputs.argmax(axis=-1)[:8] != feed.y[:8]).sum()
    assert found.wrong == wrong


@pytest.mark.parametrize("end", [OPEN, CLOSED])
def test_predictions_name_the_class_of_each_step(end: str) -> None:
    state = trained(STEPS % end).state
    x = state.train_feed.x[:3].reshape(3, 5, 1)
    outputs = state.model.predict(x)
    inputs = Inputs(x, ("1", "2", "3"))
    task = task_of(state.preset)
    found = predictions(task, Preparation.of(state.preset), inputs, outputs)
    names = np.array(["a", "b", "c"])[outputs.argmax(axis=-1)]
    assert [record["classes"] for record in found.records] == names.tolist()
    lines = found.table()
    assert len(lines) == 4
    assert lines[1].split() == ["1", *names[0]]


def test_worked_losses_of_steps_are_their_means() -> None:
    state = trained(STEPS % OPEN).state
    walk = answer(state, Probe(id=1, kind="walk", options={"examples": 16})).answer
    assert np.mean(walk.losses) == pytest.approx(walk.loss, rel=2e-3)


def test_an_image_for_an_image() -> None:
    state = trained(IMAGES).state
    task = task_of(state.preset)
    assert type(task) is ImageRegression
    found = answer(state, Probe(id=1, kind="values", options={"count": 5})).answer
    feed = state.held_out["validation"]
    np.testing.assert_allclose(found.true, feed.y[:5].ravel(), rtol=1e-3, atol=1e-4)
    outputs = state.model.predict(feed.x[:5].reshape(5, 4, 4, 2))
    np.testing.assert_allclose(found.predicted, outputs.ravel(), rtol=1e-3, atol=1e-4)
    inputs = Inputs(outputs, tuple("12345"))
    told = predictions(task, Preparation.of(state.preset), inputs, outputs)
    assert np.shape(told.records[0]["values"]) == (4, 4, 2)
    assert told.table()[1].split()[:6] == ["1", "4", "x", "4", "x", "2"]
    walk = answer(state, Probe(id=1, kind="walk", options={"examples": 16})).answer
    assert np.mean(walk.losses) == pytest.approx(walk.loss, rel=2e-3)


def test_of_two_heads_the_predicted_one_is_shown() -> None:
    state = trained(TWO_HEADS).state
    task = task_of(state.preset)
    assert type(task) is Classification
    assert (task.names, task.start) == (("square", "cross"), 0)
    event = answer(state, Probe(id=1, kind="predictions"))
    assert event.error is None
    assert {example.true for example in event.answer.examples} == {0, 1}
    walk = answer(state, Probe(id=1, kind="walk")).answer
    np.testing.assert_allclose(np.sum(walk.predicted, axis=1), 1, rtol=1e-2)
    other = task_of(helpers.preset(TWO_HEADS.replace('predicts = "shape"', 'predicts = "box"')))
    assert (other.start, other.spec.target_width, other.names) == (1, 3, ())


def test_what_a_mask_leaves_out_does_not_count() -> None:
    state = trained(PER_STEP).state
    found = answer(state, Probe(id=1, kind="places")).answer
    mask = state.held_out["validation"].y[: len(found.examples), 6:12] > 0
    assert found.total == mask.sum()
    given = np.array([example.given for example in found.examples])
    np.testing.assert_array_equal(given >= 0, mask)
    assert picture_of(found, DEFAULT, 40, 8, True)[2].plain.strip().endswith("-")


def test_a_generator_says_why_it_has_no_picture() -> None:
    state = trained(GAN).state
    task = task_of(state.preset)
    assert type(task) is Generation
    told = answer(state, Probe(id=1, kind=task.picture.probe))
    assert told.error == "no target is held against what this network predicts"


@pytest.mark.parametrize("text", [TWO_HEADS, PER_STEP, STEPS % OPEN, IMAGES])
def test_random_targets_fit_every_target(text: str) -> None:
    chosen = helpers.preset(text)
    spec = chosen.data.spec()
    targets = task_for(spec, chosen.loss).random_targets(np.random.default_rng(0), 9)
    assert targets.shape == (9, spec.target_width)


@pytest.mark.parametrize("unicode", [True, False])
def test_places_fill_their_panel(unicode: bool) -> None:
    found = answer(trained(STEPS % OPEN).state, Probe(id=1, kind="places")).answer
    for width, height in [(4, 1), (9, 2), (20, 4), (78, 20)]:
        for palette in (DEFAULT, MONOCHROME):
            lines = picture_of(found, palette, width, height, unicode)
            assert [len(line.plain) for line in lines] == [width] * height


def test_other_targets_have_no_places(tmp_path: Path) -> None:
    told = answer(trained(helpers.LINE).state, Probe(id=1, kind="places"))
    assert told.error == "places: the targets have no class for each step"


@pytest.mark.parametrize("text", [STEPS % OPEN, STEPS % CLOSED, IMAGES])
def test_exported_programs_decode_place_by_place(text: str, tmp_path: Path) -> None:
    state = trained(text).state
    model, prepared = state.model, Preparation.of(state.preset)
    files = FORMATS["numpy"].write(model.program.graph, prepared, dict(model.parameters), "model")
    for end, data in files.items():
        (tmp_path / f"model{end}").write_bytes(data)
    shape = state.program.graph.spec.shape
    x = np.random.default_rng(1).standard_normal((3, *shape)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    answers = "model.answers(model.predict(np.load('x.npy')))"
    code = f"import model, numpy as np; np.save('y.npy', {answers})"
    for words in (["-c", code], ["model.py", "x.npy"]):
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        )
    decoded = prepared.decode(model.predict(x))
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), decoded, rtol=1e-4, atol=1e-5)
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    if prepared.classes:
        assert lines[0].split() == [prepared.classes[i] for i in decoded[0].argmax(axis=-1)]


def test_scaled_images_come_back_to_their_unit() -> None:
    prepared = Preparation(
        shape=(2,), classes=(), answer="numbers",
        target_shift=(1.0, 2.0, 3.0, 4.0), target_width=(2.0, 2.0, 2.0, 2.0),
    )  # fmt: skip
    outputs = np.array([[[0.0, 0.5], [1.0, -1.0]]], np.float32)
    np.testing.assert_array_equal(prepared.decode(outputs), [[[1.0, 3.0], [5.0, 2.0]]])
    assert prepared.decode(outputs[:0]).shape == (0, 2, 2)
