"""The result of a run in words for a beginner, and what to try next. Pure."""

import textwrap
from itertools import accumulate

from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import short
from tuidl.core.durations import computed
from tuidl.protocol.events import Scores
from tuidl.protocol.formatting import best_by, of_generators, words_of
from tuidl.tui.session.run import Run
from tuidl.tui.session.scores import shown_scores

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
    "pruned": "Given up by its sweep:",
}
LOSS, SHARES = "loss", ("accuracy", "precision", "recall", "f1")
KEYS = "space train again · {used}x export · m modify · q leave"
USED = "E evaluate · p predict · "
"""Keys of networks that something can be asked: not of those that answer to noise alone."""
MOST_SCORES = 3
NAMES, NUMBERS = 12, 12


def summary(
    run: Run, palette: Palette, width: int, height: int, unicode: bool, *, is_asked: bool = True
) -> list[Text]:
    """Outcome, scores, advice and keys; ``lines_wanted`` lines are enough for all of it.
    ``is_asked``: whether the network answers to what it is given."""
    grid = Grid(width, height, unicode)
    head = wrapped(outcome(run), width)
    for y, line in enumerate(head):
        grid.put(0, y, line, palette.style("accent", bold=True))
    table = {part: shown_scores(run, scores) for part, scores in scores_of(run).items()}
    y = _table(grid, palette, table, len(head))
    lines = wrapped(advice(run), width)
    first = next(iter(run.findings), None)
    role = first.rule.role if first else "muted"
    for line in lines:
        grid.put(0, y, line, palette.style(role, bold=True))
        y += 1
    keys = KEYS.format(used=USED if is_asked else "")
    grid.put(0, y, fitted(keys, width), palette.style("muted"))
    return grid.lines()


def _table(grid: Grid, palette: Palette, table: dict[str, Scores], top: int) -> int:
    """Scores by part, one line each below their names, from line ``top`` on; returns the next free
    line."""
    names = list(next(iter(table.values()), {}))[:MOST_SCORES]
    titles = [words_of(name) for name in names]
    ends = list(accumulate((max(NUMBERS, len(title) + 2) for title in titles), initial=NAMES))[1:]
    shown = sum(end <= grid.width for end in ends) or 1
    ends, names = ends[:shown], names[:shown]
    for end, title in zip(ends, titles, strict=False):
        grid.put_right(end, top, fitted(title, end - NAMES), palette.style("muted"))
    for y, (part, scores) in enumerate(table.items(), top + 1):
        role = part if part in ("train", "validation") else "text"
        grid.put(0, y, part, palette.style(role, bold=True))
        for end, name in zip(ends, names, strict=True):
            text = score_text(name, scores[name]) if name in scores else ""
            grid.put_right(end, y, text, palette.style("text"))
        start = (ends[-1] if ends else NAMES) + 2
        if start + len(MEANING[part]) <= grid.width:
            grid.put(start, y, MEANING[part], palette.style("muted"))
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
    words += f" in {computed(seconds, run.watch.seconds)}"
    steps = count * run.steps * (run.ended.folds or 1)
    if steps and seconds > 0:
        pace = steps / seconds
        words += f", {f'{pace:,.0f}' if pace >= 1000 else short(pace, 3)} steps a second"
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
    """What the gravest verdict says and what might help, and the others in few words."""
    table = scores_of(run)
    if run.ended and run.ended.folds:
        spread = (run.ended.spread or {}).get(LOSS)
        return f"Means over {run.ended.folds} folds" + (
            f"; from fold to fold the held-out loss differs by about {short(spread, 2)}."
            if spread is not None else "."
        )  # fmt: skip
    said = of_generators(next(reversed(table.values()), None))
    first, *more = run.findings or (None,)
    words = [said] if said else []  # what it makes counts, before why that may be so
    words += [first.advice] if first else []
    words += [f"Also: {', '.join(one.short for one in more if one)}."] if more else []
    if said:
        return " ".join(words)
    if "validation" not in table:
        words.append("Nothing was held out, so how it does on new examples is unknown.")
    return " ".join(words)
