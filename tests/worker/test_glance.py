"""Probes that come while held-out examples are evaluated are answered amid that, as nothing waits
longer than an evaluation otherwise; its scores are those of one that nobody interrupted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.systems import VAE
from tuidl.backends.base import StepChunk
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Command, Look, Probe, Scale
from tuidl.protocol.events import EpochEnded, Event, ProbeAnswer, Scores
from tuidl.training.trainer import Trainer
from tuidl.worker.command_queue import CommandQueue
from tuidl.worker.control import Control
from tuidl.worker.probes.answer import answer

SHORT = ("training.epochs=1", "training.batch_size=16")


def probe(number: int) -> Probe:
    return Probe(id=number, kind="decoded_code", options={"cursor": [0.5, 0.5]})


def trained(*meanwhile: Command) -> tuple[Scores | None, list[Event]]:
    """The scores of an epoch in whose evaluation these commands come, one after each of its steps,
    and what was said until its end."""
    said: list[Event] = []
    control = Control(said.append, answer)
    control.begin(paused=False)
    trainer = Trainer(Preset.parse(VAE, "vae", SHORT), interrupter=control)
    engine, coming = trainer.model.engine, iter(meanwhile)
    run = engine.run

    def one_step(batches: Any, feed: Any, chunk: StepChunk) -> int:
        is_evaluation = batches.routine is trainer.model.program.evaluate
        if not (is_evaluation and (command := next(coming, None))):
            return run(batches, feed, chunk)
        chunk = replace(chunk, rates=chunk.rates[:1], losses=chunk.losses[:1])
        done = run(batches, feed, chunk)
        control.submit(command)
        return done

    engine.run = one_step
    for event in _until_the_epoch_ends(trainer):
        said.append(event)
    last = said[-1]
    assert isinstance(last, EpochEnded)
    return last.validation, said[:-1]


def _until_the_epoch_ends(trainer: Trainer) -> Iterator[Event]:
    for event in trainer.run():
        yield event
        if isinstance(event, EpochEnded):
            return


def test_probes_are_answered_amid_an_evaluation_whose_scores_stay_the_same() -> None:
    scores, _ = trained()
    among, said = trained(probe(1), probe(2))
    assert among == scores
    answers = [event for event in said if isinstance(event, ProbeAnswer)]
    assert [(event.id, event.error) for event in answers] == [(1, None), (2, None)]


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        ((probe(1), probe(2)), 1),
        ((Look(id=5), probe(1)), 1),
        ((Scale(key="optimizer.learning_rate", factor=2.0), probe(1)), None),
        ((Look(id=5),), None),
        ((), None),
    ],
)
def test_a_probe_passes_frames_but_nothing_that_may_change_its_answer(
    waiting: tuple[Command, ...], expected: int | None
) -> None:
    line = CommandQueue()
    for command in waiting:
        line.put(command)
    found = line.probe()
    assert (found.id if found else None) == expected
    left = [line.get() for _ in range(len(waiting) - (found is not None))]
    assert left == [command for command in waiting if command is not found]
