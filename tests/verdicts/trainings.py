"""Every preset trained once, small, and what a verdict can rest on of each."""

from dataclasses import replace
from functools import cache

import numpy as np

from tests.helpers import preset as parsed
from tuidl.data.examples import Examples, Split
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.protocol.history import History
from tuidl.training.trainer import Trainer
from tuidl.verdicts import Evidence
from tuidl.worker.probes.answer import answer

DIVERGING = "optimizer.learning_rate=10.0"
"""Of ``linear_regression``."""
EARLY = "training.early_stopping.enabled=true"
"""Of ``overfitting``."""
FEW_SHAPES = "training.epochs=2", "data.pictures=200"
"""Less than a minute's training on drawn shapes."""
ENLARGED = 600, 200
"""Digits to train and to validate on in the place of MNIST and CIFAR-10, which tests do not have.
The networks are the presets' own."""

DEAD = """
name = "dead"
data = {source = "digits", validation = 0.2, test = 0.0}
layers = [{type = "flatten"}, {type = "dense", units = 32, activation = "relu"},
          {type = "dense", activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd", learning_rate = 20.0}
training = {epochs = 2, batch_size = 32, metrics = ["accuracy"]}
"""


SATURATED = """
name = "saturated"
data = {source = "digits", validation = 0.2, test = 0.0}
layers = [{type = "flatten"}, {type = "dense", units = 32, activation = "tanh"},
          {type = "dense", activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd", learning_rate = 10.0}
training = {epochs = 2, batch_size = 32, metrics = ["accuracy"]}
"""


@cache
def evidence(name: str, *overrides: str) -> Evidence:
    """That of a preset by its name, or by its text, at the end of its training."""
    is_text = "\n" in name
    preset = parsed(name, *overrides) if is_text else load_preset(name, list(overrides))
    is_large = preset.data.kind() in ("mnist", "cifar10")
    if is_large:
        preset = load_preset(name, ["training.epochs=4"])
    if preset.data.kind() == "shapes":
        preset = load_preset(name, list(FEW_SHAPES))
    trainer = Trainer(preset, split=_enlarged(preset) if is_large else None)
    return of(trainer)


def of(trainer: Trainer) -> Evidence:
    """Train to the end."""
    history, events = History(), list(trainer.run())
    for event in events:
        history.handle(event)
    layers = answer(trainer.state, Probe(id=1, kind="layers"))
    return Evidence.of_run(history, events[0], events[-1], steps=trainer.state.steps, layers=layers)  # type: ignore[arg-type]


def _enlarged(preset: Preset) -> Split:
    """Digits as large as the preset's images, and in as many colours."""
    height, _, colours = preset.data.spec().shape
    split = load_preset("cnn_digits").source.split()
    factor, rest = divmod(height, 8)
    x = np.kron(split.train.x.reshape(-1, 8, 8, 1), np.ones((1, factor, factor, colours)))
    edge = (rest // 2, rest - rest // 2)
    x = np.pad(x, ((0, 0), edge, edge, (0, 0))).astype(split.train.x.dtype)
    train, held = ENLARGED
    chosen = slice(train, train + (held if preset.data.validation else 0))
    parts = [Examples(x[rows], split.train.y[rows]) for rows in (slice(train), chosen, slice(0))]
    made = replace(split, train=parts[0], validation=parts[1], test=parts[2], parts=None)
    return preset.data.learned(made)
