"""The two-dimensional playground, from a line of text: on the screen, or for some steps without."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuidl.cli.common import EPILOG, json_option, prepare, threads_option
from tuidl.core.terminal import say

if TYPE_CHECKING:
    from tuidl.plane.state import PlaneState

STEPS = 1000


def is_line(text: str) -> bool:
    """Whether a word of the command line is a playground's line of text."""
    return text.partition(":")[0] == "2d"


@click.command(epilog=EPILOG)
@click.argument("line", default="2d:circles")
@click.option("--no-ui", is_flag=True, help="Train without a screen, and print the scores.")
@click.option(
    "--steps", type=click.IntRange(1, 1_000_000_000), help=f"With --no-ui; default: {STEPS}."
)
@json_option
@threads_option
@click.option("--backend", metavar="cpu|numpy|cuda|auto", help="Default: cpu.")
def playground(
    line: str,
    no_ui: bool,
    steps: int | None,
    as_json: bool,
    threads: int | None,
    backend: str | None,
) -> None:
    """Build a network for points in the plane, and change it while it learns.

    LINE is all settings in one line, as the playground shows it: 2d:spiral:net=8-8:seed=7. The word
    'playground' may be left out before it. The same line gives the same weights.
    """
    from tuidl.plane.state import PlaneState

    state = PlaneState.parse(line)
    if not no_ui:
        _show(state, as_json=as_json, steps=steps, threads=threads, backend=backend)
    prepare(threads)
    found = _trained(state, steps or STEPS, threads, backend)
    click.echo(json.dumps(found) if as_json else "\n".join(_lines(found)))


def _show(state: "PlaneState", as_json: bool, steps: int | None, **options: Any) -> None:
    from tuidl.cli.playing import play
    from tuidl.cli.training import require_screen
    from tuidl.plane.presets import START, preset_of

    instead = f"tuidl {state.line()} --no-ui"
    require_screen(instead, {"--json": as_json, "--steps": steps})
    play(preset=preset_of(state), folder=Path(), file=START, **options)


def _trained(
    state: "PlaneState", steps: int, threads: int | None, backend: str | None
) -> dict[str, Any]:
    """Train so many steps, and print the scores. Raises TuidlError."""
    from tuidl.backends import choose
    from tuidl.plane.presets import preset_of
    from tuidl.protocol.events import RunFailed, finite
    from tuidl.training.evaluation import evaluate
    from tuidl.training.interruption import StopsAfter
    from tuidl.training.start import trainer_for
    from tuidl.training.trainer import Trainer

    choice = choose(backend or "cpu")
    if choice.note:
        say(choice.note)
    interrupter = StopsAfter(steps)
    trainer = trainer_for(preset_of(state), choice.name, threads, interrupter)
    assert isinstance(trainer, Trainer)
    *_, last = trainer.run()
    if isinstance(last, RunFailed):
        say(f"failed: {last.error}")
        sys.exit(1)
    feeds = {
        "training": trainer.state.train_feed,
        "validation": trainer.state.held_out["validation"],
    }
    scores = {
        name: evaluate(trainer.model, feed, interrupter).scores for name, feed in feeds.items()
    }
    return {
        "line": state.line(),
        "steps": trainer.state.updates,
        "points": {name: len(feed) for name, feed in feeds.items()},
        "scores": {name: finite(found) for name, found in scores.items() if found},
        "weights_sha256": trainer.model.weights_sha256,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    """For people: scores at the last step over all points of each part."""
    lines = [found["line"], f"after {found['steps']:,} steps"]
    for part, scores in found["scores"].items():
        words = "  ".join(f"{name} {_number(value)}" for name, value in scores.items())
        lines.append(f"{part:<10}  {found['points'][part]:>5,} points  {words}")
    return [*lines, f"weights_sha256  {found['weights_sha256']}"]


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4g}"
