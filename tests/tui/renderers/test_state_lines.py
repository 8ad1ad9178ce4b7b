"""What the top of a run's screen says of losses: with several objectives, whose they are."""

import pytest

from tuidl.protocol.events import EpochEnded, RunStarted
from tuidl.tui.renderers.state import Around, scores_line, step_line
from tuidl.tui.session.run import Run

SCORES = {"loss": 1.25, "discriminator.loss": 1.25, "generator.loss": 0.75, "modes_covered": 8.0}
NAMED = (
    "training batch: discriminator loss 1.500",
    "validation after epoch 1: clouds covered 8 | discriminator loss 1.250 | generator loss 0.7500",
)
PLAIN = (
    "training batch: loss 1.500",
    "validation after epoch 1: clouds covered 8 | loss 1.250 | generator loss 0.7500",
)


@pytest.mark.parametrize(("objectives", "expected"), [(2, NAMED), (1, PLAIN)])
def test_a_loss_of_several_objectives_is_named(objectives: int, expected: tuple[str, str]) -> None:
    started = RunStarted(
        run="run", preset="points", seed=7, backend="cpu", threads=1, shards=1, parameters=2,
        epochs=3, batch_size=4, examples={"train": 8}, objectives=objectives,
    )  # fmt: skip
    scores = {k: v for k, v in SCORES.items() if objectives > 1 or k != "discriminator.loss"}
    run = Run()
    run.handle(started)
    run.handle(EpochEnded(1, 0.1, scores, scores, 0.01, {}))
    run.loss = 1.5
    assert step_line(run, Around(), 200, " | ").startswith(expected[0])
    assert scores_line(run, 200, " | ").startswith(expected[1])


def test_what_a_generator_is_judged_by_is_never_left_out_for_its_losses() -> None:
    run = Run()
    scores = SCORES | {"sliced_wasserstein": 0.112}
    run.handle(EpochEnded(1, 0.1, scores, scores, 0.01, {}))
    assert scores_line(run, 60, " | ").endswith("distance to real 0.1120")
