"""Two lines above the curves of a log: its source and state, and its oddities."""

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import ASCII
from tuidl.charts.palette import Palette
from tuidl.core.durations import trained
from tuidl.core.printable import printable, printable_lines
from tuidl.logs.log import Log, notes_of
from tuidl.protocol import events
from tuidl.protocol.formatting import scores_text

Parts = list[tuple[str, str]]
"""Pieces of a line, each with its role."""


def heading_of(log: Log, name: str, state: str, share_read: float = 1.0) -> list[Parts]:
    """``state``: of the reading: reading, following or ended; unfinished where no process writes
    to it any more."""
    sign, word, role = _state(log, state, share_read)
    first = [(f"{sign} {word}", role), (f"  {_title(log, name)}", "text"), *_facts(log)]
    return [first, _second(log)]


def _state(log: Log, state: str, share_read: float) -> tuple[str, str, str]:
    if state == "reading":
        return ("…", f"reading {share_read:.0%}" if share_read < 0.995 else "reading", "muted")
    if isinstance(log.ended, events.RunFailed):
        return ("✗", "failed", "bad")
    if state == "pruned":
        return ("■", "pruned by its sweep", "accent")
    if isinstance(log.ended, events.RunEnded):
        return ("■", log.ended.reason.replace("_", " "), "accent")
    if state == "unfinished":
        return ("Ⅱ", "unfinished, r resumes it", "validation")
    return ("▶", "following", "good") if state == "following" else ("■", "ended", "accent")


def _title(log: Log, name: str) -> str:
    return log.started.preset if log.started else name


def _facts(log: Log) -> Parts:
    started = log.started
    if started is None:
        lines = log.counts.lines
        return [(f"  {lines:,} line{'s' if lines != 1 else ''}", "muted")]
    epochs = f"{started.epochs} epoch{'s' if started.epochs != 1 else ''}"
    if log.ended and isinstance(log.ended, events.RunEnded):
        done = f"{log.ended.epochs} of " if log.ended.epochs != started.epochs else ""
        epochs = f"{done}{epochs} in {trained(log.ended.seconds)}"
    words = f"{started.parameters:,} parameters, {epochs}, seed {started.seed}"
    return [(f"  {words}  {started.run}", "muted")]


def _second(log: Log) -> Parts:
    if isinstance(log.ended, events.RunFailed):
        return [(log.ended.error, "bad")]
    if notes := notes_of(log):
        return [(" · ".join(notes), "validation")]
    if isinstance(log.ended, events.RunEnded):
        for part in ("test", "validation", "train"):
            if scores := getattr(log.ended, part):
                return [(f"{part} {scores_text(scores)}", "muted")]
    return [("every number of the log over its steps; ? explains the keys", "muted")]


def error_of(log: Log) -> str:
    """The error that ended a run, all of it, and what was advised; empty where there is none."""
    if not isinstance(failed := log.ended, events.RunFailed):
        return ""
    return printable_lines("\n\n".join(filter(None, (failed.error, failed.advice))))


def heading(lines: list[Parts], palette: Palette, width: int, unicode: bool) -> Text:
    """The lines as they fit; the first piece of the first one stands out."""
    made = []
    for number, parts in enumerate(lines):
        text = Text(no_wrap=True)
        for place, (words, role) in enumerate(parts):
            style = palette.style(role, bold=number == 0 and place < 2)
            words = printable(words)
            text.append(words if unicode else in_ascii(words), style)
        made.append(_cut(text, width, unicode))
    return Text("\n", no_wrap=True).join(made)


def in_ascii(text: str) -> str:
    return "".join(char if char.isascii() else "?" for char in text.translate(ASCII))


def _cut(text: Text, width: int, unicode: bool) -> Text:
    dots = "…" if unicode else "..."
    if cell_len(text.plain) <= width:
        return text
    text.truncate(max(width - len(dots), 1))
    return text.append(dots)
