"""The preview of a run that is kept, as lines: how it went, then its curves."""

from collections.abc import Sequence

from rich.text import Text

from tuidl.charts.curve import Marks
from tuidl.charts.curves import curves
from tuidl.charts.grid import ASCII, fitted
from tuidl.charts.hstack import hstack
from tuidl.charts.palette import Palette
from tuidl.logs.measures import Measure
from tuidl.tui.catalog.run_entries import ROLES, sign_of
from tuidl.tui.previews.preview_lines import READABLE, wrapped
from tuidl.tui.previews.run_preview import Difference, RunPreview

LABEL, MOST_LINES = 12, 3
"""Cells of a fact's name, and lines of its text."""
LEAST_CHART, MOST_CHART = 7, 22
"""Lines of a chart of the preview."""
WIDE = 90
MOST_DIFFERENCES = 6
ENTER = {
    "done": "enter  shows its curves",
    "running": "enter  shows its curves as they grow",
    "failed": "enter  shows its curves, r  resumes it",
    "unfinished": "enter  resumes it",
    "interrupted": "enter  resumes it",
    "pruned": "enter  shows its curves, r  resumes it",
}


def run_lines(
    preview: RunPreview, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """At most ``height`` lines of at most ``width`` cells."""
    if not preview.is_read or preview.run is None:
        return [Text("reading …" if unicode else "reading ...", palette.style("muted"))]
    state = preview.run.state
    lines = [_title(preview, palette, width, unicode)]
    if preview.problem:
        lines += _problem(preview.problem, palette, width)
    else:
        lines += [Text(), *_facts(preview.facts, palette, width, height)]
        lines += _differences(preview.differences, palette, width, height)
        hint = Text(fitted(ENTER[state], width), palette.style("muted"))
        lines += _charts(preview.measures, palette, width, height - len(lines) - 2, unicode)
        lines += [Text(), hint]
    if not unicode:
        for line in lines:
            line.plain = line.plain.translate(ASCII)
    return lines[:height]


def _title(preview: RunPreview, palette: Palette, width: int, unicode: bool) -> Text:
    assert preview.run is not None
    state = preview.run.state
    name = fitted(preview.run.preset, max(width - len(state) - 5, 8))
    role = palette.style(ROLES[state], bold=True)
    title = Text.assemble(
        (f"{sign_of(state, unicode)} ", role),
        (name, palette.style("accent", bold=True)),
        (f"  {state}", role),
    )
    title.truncate(width)
    return title


def _problem(problem: str, palette: Palette, width: int) -> list[Text]:
    size = min(width, READABLE)
    problem_lines = [Text(line, palette.style("text")) for line in wrapped(problem, size)]
    hint = "It cannot be resumed. d deletes it; otherwise its folder stays as it is."
    return [Text(), *problem_lines, Text(),
            *(Text(line, palette.style("muted")) for line in wrapped(hint, size))]  # fmt: skip


def _facts(
    facts: Sequence[tuple[str, str]], palette: Palette, width: int, height: int
) -> list[Text]:
    """As many as leave room for a chart."""
    lines = []
    for name, value in facts:
        size = min(width, READABLE) - LABEL
        texts = wrapped(value, size) or [""]
        if len(texts) > MOST_LINES:
            texts = [*texts[: MOST_LINES - 1], f"{fitted(texts[MOST_LINES - 1], size - 2)} …"]
        for number, text in enumerate(texts):
            label = name if not number else ""
            lines.append(Text.assemble(
                (f"{label:<{LABEL}}", palette.style("muted")),
                (fitted(text, width - LABEL), palette.style("text")),
            ))  # fmt: skip
    return lines[: max(height - LEAST_CHART - 8, 3)]


def _differences(
    rows: Sequence[Difference], palette: Palette, width: int, height: int
) -> list[Text]:
    """What was changed of the shipped preset, the first few."""
    most = min(MOST_DIFFERENCES, max(height // 6 - 1, 1))
    lines = [Text(), Text("unlike the shipped preset", palette.style("muted", bold=True))]
    for name, was, now in rows[:most]:
        name = fitted(name, width // 2)
        line = Text.assemble((f"{name}  ", palette.style("text")),
                             (f"{fitted(was, 20)} → ", palette.style("muted")),
                             (fitted(now, 20), palette.style("validation")))  # fmt: skip
        line.truncate(width)
        lines.append(line)
    if len(rows) > most:
        lines.append(Text(f"and {len(rows) - most} more", palette.style("muted")))
    return lines if rows else []


def _charts(
    measures: Sequence[Measure], palette: Palette, width: int, room: int, unicode: bool
) -> list[Text]:
    """The first one or two measures, beside or below each other."""
    if room < LEAST_CHART or not measures:
        return []
    if width >= WIDE and len(measures) > 1:
        size, height = (width - 3) // 2, min(room - 1, MOST_CHART)
        left, right = (_chart(one, palette, size, height, unicode) for one in measures[:2])
        return [Text(), *hstack(left, right, gap=3)]
    count = min(2 if room >= 2 * LEAST_CHART + 2 else 1, len(measures))
    lines: list[Text] = []
    for measure in measures[:count]:
        height = min((room - count) // count, MOST_CHART)
        lines += [Text(), *_chart(measure, palette, width, height, unicode)]
    return lines


def _chart(
    measure: Measure, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    return curves(
        measure.lines, palette, width, height,
        title=measure.name, x_name=measure.x_name, unicode=unicode,
        marks=Marks(best=measure.best, best_is=measure.best_is),
    )  # fmt: skip
