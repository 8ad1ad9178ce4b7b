"""The result of a run in words for a beginner, and what to try next. Pure."""

import textwrap

from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import short
from tuidl.core.durations import trained
from tuidl.protocol.events import Scores
from tuidl.protocol.formatting import best_by
from tuidl.tui.session.run import Run

MEANING = {
    "train": "what it learned from",
    "validation": "held out: what counts",
    "test": "kept for the very end",
}
REASONS = {
    "completed": "Done:",
    "stopped_early": "Stopped early, without further improvement:",
    "interrupted": "Stopped by you:",
    "terminated": "Stopped:",
}
LOSS, SHARES = "loss", ("accuracy", "precision", "recall", "f1")
RISE = 1.15
"""Times the lowest held-out loss from which on the last one is called risen."""
FALL, LATE = 0.97, 0.9
"""Of the lowest loss up to a share of the epochs, what the rest must reach to be called falling."""
GAP = 0.05
"""Of accuracy, between what was learned from and what was held out."""
KEYS = "space train again · E evaluate · p predict · x export · m modify · q leave"
NO_BETTER = 0.1
"""Of the way from always saying one class to being always right."""
MOST_SCORES = 3
NAMES, NUMBERS = 12, 12


def summary(run: Run, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """Outcome, scores, advice and keys; ``lines_wanted`` lines are enough for all of it."""
    grid = Grid(width, height, unicode)
    head = wrapped(outcome(run), width)
    for y, line in enumerate(head):
        grid.put(0, y, line, palette.style("accent", bold=True))
    y = _table(grid, palette, scores_of(run), len(head))
    lines = wrapped(advice(run), width)
    for line in lines:
        grid.put(0, y, line, palette.style("good", bold=True))
        y += 1
    grid.put(0, y, fitted(KEYS, width), palette.style("muted"))
    return grid.lines()


def _table(grid: Grid, palette: Palette, table: dict[str, Scores], top: int) -> int:
    """Scores by part, one line each below their names, from line ``top`` on; returns the next free
    line."""
    names = list(next(iter(table.values()), {}))[:MOST_SCORES]
    ends = [NAMES + (i + 1) * NUMBERS for i in range(len(names))]
    for end, name in zip(ends, names, strict=True):
        grid.put_right(
            end, top, fitted(name.replace("_", " "), NUMBERS - 1), palette.style("muted")
        )
    for y, (part, scores) in enumerate(table.items(), top + 1):
        role = part if part in ("train", "validation") else "text"
        grid.put(0, y, part, palette.style(role, bold=True))
        for end, name in zip(ends, names, strict=True):
            text = score_text(name, scores[name]) if name in scores else ""
            grid.put_right(end, y, text, palette.style("text"))
        start = NAMES + len(names) * NUMBERS + 2
        grid.put(
            start, y, fitted(MEANING[part], max(grid.width - start, 0)), palette.style("muted")
        )
    return top + 1 + len(table)


def lines_wanted(run: Run, width: int) -> int:
    words = (*wrapped(outcome(run), width), *wrapped(advice(run), width))
    return 2 + len(scores_of(run)) + len(words)


def wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 10))


def outcome(run: Run) -> str:
    """``Done: 15 epochs in 7.5 s, 90 steps a second``."""
    if run.ended is None:
        return ""
    seconds = run.seconds
    count = run.ended.epochs
    words = f"{REASONS.get(run.ended.reason, 'Ended:')} {count} epoch{'s' if count != 1 else ''}"
    if run.ended.folds:
        words += f" in each of {run.ended.folds} folds"
    words += f" in {trained(seconds)}"
    steps = count * run.steps * (run.ended.folds or 1)
    if steps and seconds > 0:
        words += f", {short(steps / seconds, 3)} steps a second"
    if run.ended.best_epoch:
        words += f"; the weights of epoch {run.ended.best_epoch} are kept"
        words += f" ({best_by(run.ended)})"
    return words


def scores_of(run: Run) -> dict[str, Scores]:
    """The last scores by part, of the parts that there are."""
    if run.ended is None:
        return {}
    found = {
        "train": run.ended.train, "validation": run.ended.validation, "test": run.ended.test,
    }  # fmt: skip
    return {part: scores for part, scores in found.items() if scores}


def score_text(name: str, value: float) -> str:
    is_share = name.endswith(SHARES)
    return f"{value:.1%}" if is_share else short(value, 4)


def advice(run: Run) -> str:
    """One sentence on how it went, and one on what might help."""
    table = scores_of(run)
    train, held_out = table.get("train", {}), table.get("validation", {})
    if not held_out:
        return "Nothing was held out, so how it does on new examples is unknown."
    last, best = held_out.get(LOSS, 0.0), run.best
    if run.ended and run.ended.folds:
        spread = (run.ended.spread or {}).get(LOSS)
        return f"Means over {run.ended.folds} folds" + (
            f"; from fold to fold the held-out loss differs by about {short(spread, 2)}."
            if spread is not None else "."
        )  # fmt: skip
    kept = run.ended.best_epoch if run.ended else None
    if best and best[0] < run.epochs_done and last > RISE * best[1] and not kept:
        return (f"Held-out loss was lowest at epoch {best[0]} and rose since: it learned by heart. "
                "Try early stopping, dropout, or more data (m).")  # fmt: skip
    if said := _against_baseline(run, held_out):
        return said
    name = next((name for name in train if name.endswith(SHARES) and name in held_out), None)
    if name and train[name] - held_out[name] > GAP:
        points = 100 * (train[name] - held_out[name])
        return (f"{points:.0f} points better on what it learned from than on what was held out: "
                "try dropout or more data (m).")  # fmt: skip
    if is_still_falling(run):
        return "Held-out loss was still falling: more epochs may help (m: training.epochs)."
    return "It hardly improved at the end: try another network or learning rate (m)."


def _against_baseline(run: Run, held_out: Scores) -> str:
    """What to say of an accuracy that is about that of always saying one class."""
    known = run.ended.baseline if run.ended else None
    if known is None or known.score not in held_out:
        return ""
    least = known.accuracy.get("validation", 0.0)
    if held_out[known.score] > least + NO_BETTER * (1 - least):
        return ""
    return (f"{known.score} is about that of always saying {known.says!r} ({least:.1%}): look at "
            "recall and f1 of the other classes.")  # fmt: skip


def is_still_falling(run: Run) -> bool:
    """Whether the last tenth of the epochs lowered the held-out loss a good deal."""
    series = run.history.series.get(f"validation {LOSS}")
    points = series.whole if series else []
    early = [point.low for point in points if point.x <= LATE * run.epochs_done]
    late = [point.low for point in points if point.x > LATE * run.epochs_done]
    return bool(early and late) and min(late) < FALL * min(early)
