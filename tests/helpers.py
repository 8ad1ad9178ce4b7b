"""Small presets for tests."""

from typing import Any

import msgspec
import numpy as np
import pytest

from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.data.spec import ExampleSpec
from tuidl.data.text.source import Textual
from tuidl.ir.buffers import Region
from tuidl.model.model import Model
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset

CONV = """
name = "tiny CNN"
[data]
source = "digits"
validation = 0.1
test = 0.1
[[layers]]
type = "conv2d"
filters = 5
padding = "same"
activation = "relu"
[[layers]]
type = "max_pool2d"
[[layers]]
type = "flatten"
[[layers]]
type = "dense"
activation = "softmax"
[loss]
type = "cross_entropy"
[optimizer]
type = "adam"
[training]
epochs = 2
batch_size = 32
metrics = ["accuracy"]
"""

LINE = """
name = "line"
data = {source = "linear", validation = 0.2, test = 0.1}
layers = [{type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "sgd"}
training = {epochs = 3, batch_size = 32, metrics = ["mae", "r2"]}
"""

SEQUENCE = """
name = "sequence"
data = {source = "sine", points = 300, window = 12, validation = 0.1, test = 0.1}
layers = [{type = "gru", units = 7, return_sequences = true}, {type = "gru", units = 5},
          {type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "sgd", momentum = 0.9, nesterov = true}
training = {epochs = 2, batch_size = 24, metrics = ["mae"]}
"""


RESIDUAL = """
name = "residual"
data = {source = "digits", validation = 0.1, test = 0.1}
layers = [{type = "conv2d", filters = 5, padding = "same", use_bias = false, l2 = 0.01},
          {type = "batch_normalization", momentum = 0.9}, {type = "relu", name = "short"},
          {type = "conv2d", filters = 5, padding = "same", use_bias = false},
          {type = "batch_normalization", name = "long"}, {type = "add", inputs = ["short", "long"]},
          {type = "relu"}, {type = "dropout", rate = 0.2}, {type = "global_average_pool2d"},
          {type = "layer_normalization"}, {type = "dense", l1 = 0.001}]
loss = {type = "categorical_cross_entropy", label_smoothing = 0.1}
optimizer = {type = "adamw", global_clip_norm = 0.5}
training = {epochs = 2, batch_size = 32, metrics = ["accuracy", "confusion_matrix"]}
"""


def preset(text: str, *overrides: str) -> Preset:
    return Preset.parse(text, "test", overrides)


def model(text: str, *overrides: str, **options: Any) -> Model:
    return Model(preset(text, *overrides), **{"batch": 32, **options})


def copy_parameters(source: Model, target: Model) -> None:
    values = target.parameters
    for name, array in source.parameters.items():
        values[name][...] = array


def examples(built: Model, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs and targets of the right shapes."""
    spec = built.program.graph.spec
    random = np.random.default_rng(seed)
    x = inputs(built, spec, count, random)
    if spec.classes:
        return x, random.integers(0, len(spec.classes), (count, 1))
    return x, random.standard_normal((count, spec.outputs))


def inputs(
    built: Model, spec: ExampleSpec, count: int, random: np.random.Generator | None = None
) -> np.ndarray:
    """Random inputs of the shape that the ``spec`` of the model, or of what it answers, has."""
    random = random or np.random.default_rng(0)
    draw = getattr(built.preset.data, "draw", None)
    if spec.vocabulary:
        return random.integers(0, len(spec.vocabulary), (count, *spec.shape)).astype(float)
    x = draw(random, count) if draw else random.standard_normal((count, *spec.shape))
    start = 0
    for field in spec.inputs:
        if field.classes:
            x[:, start] = random.integers(0, len(field.classes), count)
        start += field.width
    return x


def changed(record: Any, **fields: Any) -> Any:
    """A copy of a frozen record with other values."""
    return msgspec.structs.replace(record, **fields)


def train(model: Model, steps: int = 20, count: int = 150, rate: float = 0.01) -> np.ndarray:
    """Losses of the first steps on random examples, short batches included."""
    x, y = examples(model, count)
    feed = model.feed(x, y)
    batches = BatchPlan.of(model.program.train, model.program.batch, len(feed))
    for _ in model.prepare():
        pass
    losses: list[float] = []
    slots = sum(size for _, size in model.program.statistics.values())
    while len(losses) < steps:
        left = min(batches.steps(count), steps - len(losses))
        stretch = StepChunk(0, np.full(left, rate), np.zeros(slots), np.zeros(left))
        assert model.engine.run(batches, feed, stretch) == left
        losses += list(stretch.losses)
    return np.array(losses)


def spoil_workspaces(model: Model) -> None:
    """NaN in all that routines have to write before they read it."""
    for routine in model.program.routines:
        places = routine.layout.places.items()
        starts = [place.start for b, place in places if b.region is Region.WORKSPACE]
        model.engine.arena[min(starts) :] = np.nan


def assert_same_gradients(
    model: Model, other: Model, x: np.ndarray, y: np.ndarray, *, loss: float, rtol: float,
    atol: float,
) -> None:  # fmt: skip
    """That losses agree to ``loss``, as a share, and gradients to ``rtol`` and ``atol``."""
    found, gradients = model.loss_and_gradients(x, y)
    expected, expected_gradients = other.loss_and_gradients(x, y)
    assert found == pytest.approx(expected, rel=loss)
    for name, values in gradients.items():
        np.testing.assert_allclose(values, expected_gradients[name], rtol=rtol, atol=atol)


def wanted(request: pytest.FixtureRequest, argument: str) -> list[Any]:
    """The values of a parameter in those tests of this session that use the fixture, not one of
    the same name in another module: what a session's fixture makes ready for all tests at once need
    be no more."""
    asking = [item for item in request.session.items if _uses(item, request)]
    values = [i.callspec.params.get(argument) for i in asking if hasattr(i, "callspec")]
    return list({str(value): value for value in values if value is not None}.values())


def _uses(item: Any, request: pytest.FixtureRequest) -> bool:
    known = item._fixtureinfo.name2fixturedefs.get(request.fixturename, [None])
    return known[-1] is request._fixturedef  # type: ignore[attr-defined]


NOT_HERE = ("movielens",)
"""Presets whose data is fetched by those alone who agree to its terms."""


def presets_of_numbers() -> list[str]:
    """Shipped presets whose inputs are numbers, not tokens of a text: those have sizes, schedules
    and weights of answers of which other libraries' twins know nothing. Without those whose data
    nobody may pass on, and so is not here."""
    known = {name: load_preset(name).data for name in shipped() if name not in NOT_HERE}
    return [name for name, data in known.items() if not isinstance(data, Textual)]
