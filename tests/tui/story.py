"""A run that never happened, told event by event, the same every time."""

import math

from tuidl.protocol import events, probes
from tuidl.protocol.events import Event

EPOCHS, STEPS = 15, 45


def beginning() -> list[Event]:
    return [
        events.RunStarted(
            run="cnn_digits-1", preset="CNN digits", seed=7, backend="cpu", threads=2, shards=4,
            parameters=13_706, epochs=EPOCHS, batch_size=32,
            examples={"train": 1438, "validation": 359, "test": 0},
        ),
        events.Compiled(seconds=0.1, cached=True),
        events.Paused(epoch=1, step=0, steps=STEPS, loss=None),
    ]  # fmt: skip


def epoch(number: int) -> Event:
    fall = math.exp(-number / 3)
    return events.EpochEnded(
        epoch=number,
        seconds=0.5,
        train={"loss": 0.05 + 2.2 * fall, "accuracy": 1 - 0.9 * fall},
        validation={"loss": 0.06 + 1.9 * fall, "accuracy": 0.99 - 0.8 * fall},
        learning_rate=0.001,
        gradient_norms={"conv2d_1": fall, "dense_1": 2 * fall},
    )


def middle(done: int = 8) -> list[Event]:
    """As far as some steps into the epoch after ``done``."""
    progress = events.Progress(
        epoch=done + 1, step=20, steps=STEPS, loss=0.2, examples_per_second=31_000.0,
        learning_rate=0.001,
    )  # fmt: skip
    return [*beginning(), events.Resumed(), *map(epoch, range(1, done + 1)), progress]


def ended(reason: str = "completed", epochs: int = EPOCHS) -> Event:
    last = epoch(epochs)
    assert isinstance(last, events.EpochEnded)
    return events.RunEnded(
        reason=reason, epochs=epochs, seconds=7.5, train=last.train, validation=last.validation,
        test=None, weights_sha256="0" * 64,
    )  # fmt: skip


def whole() -> list[Event]:
    return [*middle(EPOCHS - 1), epoch(EPOCHS), ended()]


LAYERS = probes.Layers(
    loss=0.2,
    layers=tuple(
        probes.LayerState(
            name=name, kind=kind, activation=size, gradient=size / 1000,
            weights=2.0, weight_gradient=0.1, dead=dead, saturated=None,
        )
        for name, kind, size, dead in (
            ("conv2d_1", "conv2d", 0.28, 0.0),
            ("max_pool2d_1", "max_pool2d", 0.47, None),
            ("conv2d_2", "conv2d", 0.67, 0.1),
            ("dense_1", "dense", 1.7, 0.62),
            ("dense_2", "dense", 4.0, None),
        )
    ),
    examples=512,
    of=1438,
)  # fmt: skip


def predictions(count: int = 24) -> probes.Predictions:
    """Images of a bar that moves, a third of them taken for the next class."""
    examples = []
    for number in range(count):
        true = number % 10
        given = (true + 1) % 10 if number < count // 3 else true
        pixels = [1.0 if x == true % 8 else 0.1 for _ in range(8) for x in range(8)]
        shares = [0.9 if c == given else 0.1 / 9 for c in range(10)]
        examples.append(probes.Example(number=number, x=pixels, true=true, shares=shares))
    confusion = [[30 if i == j else int(j == i + 1) for j in range(10)] for i in range(10)]
    return probes.Predictions(
        part="validation", shape=(8, 8, 1), classes=tuple(str(c) for c in range(10)),
        asked=(None, None), matching=count, wrong=9, total=309, confusion=confusion,
        examples=tuple(examples),
    )  # fmt: skip


def answers() -> list[Event]:
    """What the overview's probes bring."""
    found: dict[str, probes.AnyAnswer] = {"layers": LAYERS, "predictions": predictions()}
    return [
        events.ProbeAnswer(id=i, kind=kind, epoch=9, step=20, answer=answer)
        for i, (kind, answer) in enumerate(found.items())
    ]
