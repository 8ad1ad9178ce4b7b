"""A log as text: its charts, and what there is to say of it."""

from tuidl.charts.curve import Marks
from tuidl.charts.curves import curves
from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
from tuidl.charts.report import colored
from tuidl.logs.log import Log, notes_of
from tuidl.logs.measures import edits_of, measures_of
from tuidl.logs.readers import EXAMPLE
from tuidl.protocol import events
from tuidl.protocol.formatting import ending_lines


def text_of(
    log: Log, width: int, height: int, color: bool, unicode: bool
) -> tuple[list[str], list[str]]:
    """The charts one below the other, and notes on what could not be used."""
    lines: list[str] = []
    palette = COLOR_BLIND if color else MONOCHROME
    for measure in measures_of(log):
        drawn = curves(
            [*measure.lines, *measure.before],
            palette,
            width,
            height,
            title=measure.name,
            x_name=measure.x_name,
            marks=Marks(edits=edits_of(log), best=measure.best),
            unicode=unicode,
        )
        lines += [colored(line) if color else line.plain.rstrip() for line in drawn]
        lines.append("")
    if isinstance(log.ended, events.RunEnded):
        lines += ending_lines(log.ended)[1:]
    notes = notes_of(log)
    if isinstance(log.ended, events.RunFailed):
        notes.insert(0, f"training failed: {log.ended.error}")
    return lines[:-1] if lines and not lines[-1] else lines, notes


def problem_of(log: Log, name: str) -> str:
    """Why there is nothing to see in a log that has come to its end, if there is nothing."""
    if log.series:
        return ""
    if log.counts.objects:
        return f"{name}: no numbers in its {log.counts.objects:,} entries; {EXAMPLE}"
    what = "empty" if not log.counts.lines else "no JSON object in it"
    return f"{name}: {what}; {EXAMPLE}"
