"""What the summary of a run says, and when it is seen."""

import math
import re
from pathlib import Path

import msgspec
import pytest

from tests.tui import story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.charts.palette import DEFAULT
from tuidl.protocol import events
from tuidl.protocol.events import Scores
from tuidl.protocol.formatting import words_of
from tuidl.tui.previews.summary import advice, lines_wanted, outcome, summary
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.summary import Summary


def trained(
    losses: list[float],
    *,
    train: Scores | None = None,
    held_out: Scores | None = None,
    **more: object,
) -> Run:
    """A run whose held-out loss took these values, then ended."""
    run = Run()
    for event in story.beginning():
        run.handle(event)
    for number, loss in enumerate(losses, 1):
        run.handle(events.EpochEnded(
            epoch=number, seconds=0.1, train=(train or {}) | {"loss": loss / number},
            validation=(held_out or {}) | {"loss": loss}, learning_rate=0.1, gradient_norms={},
        ))  # fmt: skip
    ending = {
        "reason": "completed", "epochs": len(losses), "seconds": 2.0, "test": None,
        "train": train or {"loss": 0.1}, "weights_sha256": "",
        "validation": {"loss": losses[-1]} if losses else None, **more,
    }  # fmt: skip
    run.handle(events.RunEnded(**ending))  # type: ignore[arg-type]
    return run


FALLING = [2 * math.exp(-i / 10) for i in range(40)]
LEVEL = [1.0 + math.exp(-i) for i in range(40)]
RISING = [1.0 - i / 20 for i in range(10)] + [0.55 + i / 20 for i in range(20)]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (trained(FALLING), "still falling"),
        (trained(LEVEL), "almost level: less than 0.1% lower in the last 4 epochs"),
        (trained(RISING), "lowest at epoch 10 (0.55) and is 1.45 in the mean of the last "),
        (trained(LEVEL, validation=None), "Nothing was held out"),
        (trained(LEVEL, folds=5, spread={"loss": 0.25}), "Means over 5 folds; from fold to fold"),
        (trained(LEVEL, train={"loss": 0.1, "accuracy": 0.99},
                 held_out={"loss": 1.0, "accuracy": 0.8}), "19 points better"),
    ],
)  # fmt: skip
def test_advice_fits_what_happened(run: Run, words: str) -> None:
    assert words in advice(run)


def test_of_a_generator_its_clouds_come_before_its_gradients() -> None:
    scores = {"discriminator.loss": 0.1, "sliced_wasserstein": 1.25, "modes_covered": 1.0}
    run = trained(LEVEL, train={"loss": 0.1, "accuracy": 0.99},
                  held_out={"loss": 1.0, "accuracy": 0.8, **scores})  # fmt: skip
    run.ended = msgspec.structs.replace(run.ended, validation=scores)
    said = advice(run)
    assert said.startswith("Of the generator: 1 cloud covered, distance to the real examples 1.25")
    assert "19 points better" in said[40:]
    assert "held out" not in said.replace("what was held out", "")


def test_the_outcome_counts_epochs_steps_and_seconds() -> None:
    assert outcome(trained(LEVEL)) == "Done: 40 epochs in 2.00 s, 900 steps a second"
    early = trained(LEVEL, reason="stopped_early", best_epoch=12, best_by="loss")
    assert "without further improvement: 40 epochs" in outcome(early)
    assert "the weights of epoch 12 are kept (lowest validation loss)" in outcome(early)
    assert outcome(trained([1.0], reason="interrupted")).startswith("Stopped by you: 1 epoch in")


@pytest.mark.parametrize("width", [40, 60, 116])
def test_every_line_of_it_is_there(width: int) -> None:
    run = trained(RISING, test={"loss": 0.75})
    height = lines_wanted(run, width)
    lines = summary(run, DEFAULT, width, height, True)
    assert len(lines) == height
    assert all(len(line.plain) == width for line in lines)
    text = " ".join(" ".join(line.plain for line in lines).split())
    for word in ("train", "validation", "test", "0.75"):
        assert word in text
    assert advice(run) in text
    assert "space train again"[: width - 1] in text


def test_the_time_trained_is_the_engines_own() -> None:
    run = Run()
    for event in (
        story.beginning()[0],
        events.Paused(epoch=1, step=0, steps=45, loss=None),
        story.epoch(1),
        events.Paused(epoch=2, step=1, steps=45, loss=1.0),
        events.RunEnded(reason="interrupted", epochs=1, seconds=14.0, train=None,
                        validation=None, test=None, weights_sha256=""),
    ):  # fmt: skip
        run.handle(event)
    assert run.seconds == 14.0
    assert "14.00 s" in outcome(run)


async def test_it_is_seen_from_the_end_to_the_next_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        panel = watched.screen.query_one(Summary)
        await watched.handle(*story.middle()[3:])
        assert not panel.display
        await watched.handle(story.ended())
        assert panel.display
        assert "Done: 15 epochs" in panel.render().plain
        assert "space train again" in panel.render().plain
        await watched.press("space")
        assert not panel.display


@pytest.mark.parametrize("width", [40, 78, 118])
@pytest.mark.parametrize(
    "names",
    [("loss", "accuracy"), ("loss", "discriminator.loss", "generator.loss", "real.loss")],
    ids=["two", "long"],
)
def test_no_heading_of_a_score_is_cut(names: tuple[str, ...], width: int) -> None:
    scores = dict.fromkeys(names, 1.25)
    run = trained(FALLING, train=scores, validation=scores)
    lines = [line.plain.rstrip() for line in summary(run, DEFAULT, width, 12, unicode=True)]
    head, numbers = next(
        (lines[i], line) for i, line in enumerate(lines[1:]) if line.startswith("train")
    )
    assert "…" not in head
    titles = re.split(r" {2,}", head.strip())
    assert set(titles) <= {words_of(name) for name in names}
    assert len(titles) >= (1 if width == 40 and "real.loss" in names else 2)
    ends = [head.index(f" {title}") + 1 + len(title) for title in titles]
    assert all(numbers[:end].endswith(("1.25", "125.0%")) for end in ends)
    for line in lines:
        assert "held out: what counts" in line or "what counts" not in line


def test_of_a_generator_what_counts_comes_first() -> None:
    scores = {"loss": 1.25, "discriminator.loss": 1.25, "generator.loss": 0.7,
              "sliced_wasserstein": 0.112, "modes_covered": 8.0}  # fmt: skip
    run = trained(FALLING, train=scores, validation=scores)
    run.started = msgspec.structs.replace(story.beginning()[0], objectives=2)  # type: ignore[type-var]
    height = lines_wanted(run, 118)
    lines = [line.plain for line in summary(run, DEFAULT, 118, height, True, is_asked=False)]
    head = next(line for line in lines if "distance" in line)
    assert re.split(r" {2,}", head.strip()) == [
        "distance to real", "clouds covered", "discriminator loss",
    ]  # fmt: skip
    assert lines[-1].split(" · ")[1].startswith("x export"), "nothing to give it"
    assert not any("E evaluate" in line or "p predict" in line for line in lines)
