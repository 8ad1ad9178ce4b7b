"""A grid's ratios as a map: a line for each network, a column for each batch size.

A ratio says how many times as long as ours the best peer takes: 1 is equal, below 1 we lose. Each
cell has two, of processor time and by the clock, and a mark, so that nothing depends on colours.
"""

import os
import statistics
import sys
from dataclasses import dataclass

from bench.records import GridResult, GridRun, SystemResult
from bench.tables import Table
from tuidl.protocol.formatting import columns

COLUMN = "batch"
LEVELS = ((0.5, "▼▼", "48;5;52;97"), (1.0, "▼", "48;5;224;30"), (2.0, "=", "48;5;254;30"),
          (4.0, "▲", "48;5;194;30"), (float("inf"), "▲▲", "48;5;22;97"))  # fmt: skip
"""Up to which ratio a mark and a colour (background, text) go: dark and light differ as well."""
LEGEND = (
    "Times as long as tuidl the best peer takes: processor time, then by the clock. "
    "▼▼ below 0.5, ▼ below 1, = below 2, ▲ below 4, ▲▲ from 4 on, by the lower of both."
)
WORST = 12


@dataclass(frozen=True)
class Block:
    """The map of one row of the grid: header, then lines of cells; a cell is its text and the lower
    of its ratios, or None where there is none."""

    title: str
    header: tuple[str, ...]
    lines: tuple[tuple[tuple[str, float | None], ...], ...]


def cell(work: float, clock: float) -> str:
    """``0.42 0.51 ▼▼``."""
    return f"{number(work)} {number(clock)} {_level(min(work, clock))[1]}"


def number(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def blocks(found: GridRun) -> list[Block]:
    """A block for each row of the grid that has cases."""
    rows: dict[str, list[GridResult]] = {}
    for case in found.cases:
        rows.setdefault(case.row, []).append(case)
    return [_block(name, cases) for name, cases in rows.items()]


def _block(name: str, cases: list[GridResult]) -> Block:
    axes = [axis for axis in cases[0].sizes if axis != COLUMN]
    varied = [axis for axis in axes if len({case.sizes[axis] for case in cases}) > 1]
    batches = sorted({case.sizes[COLUMN] for case in cases})
    lines: dict[tuple[int, ...], dict[int, GridResult]] = {}
    for case in cases:
        key = tuple(case.sizes[axis] for axis in varied)
        lines.setdefault(key, {})[case.sizes[COLUMN]] = case
    fixed = ", ".join(f"{axis} {cases[0].sizes[axis]}" for axis in axes if axis not in varied)
    return Block(
        f"{name} ({fixed})" if fixed else name,
        (*varied, *(f"{COLUMN} {n}" for n in batches)),
        tuple(
            (*((str(n), None) for n in key), *(_cell(known.get(n)) for n in batches))
            for key, known in sorted(lines.items())
        ),
    )


def _cell(case: GridResult | None) -> tuple[str, float | None]:
    if case is None:
        return "", None
    if case.result is None:
        return "failed", 0.0
    if not case.result.peers:
        return "no peer", None
    work, clock = case.result.least_work_ratio()[1], case.result.least_ratio()[1]
    return cell(work, clock), min(work, clock)


def screen(found: GridRun, colours: bool | None = None) -> str:
    """The whole map for a terminal."""
    painted = has_colours() if colours is None else colours
    parts = [LEGEND]
    for block in blocks(found):
        lines = [block.header, *(tuple(text for text, _ in line) for line in block.lines)]
        texts = columns(lines)
        if painted:
            texts = [texts[0], *map(_painted, texts[1:], block.lines)]
        parts.append("\n".join([block.title, *texts]))
    return "\n\n".join([*parts, *(table.text() for table in summaries(found))])


def _painted(text: str, line: tuple[tuple[str, float | None], ...]) -> str:
    """The line with each cell on the colour of its ratio; cells are found from left to right."""
    done, start = "", 0
    for words, ratio in line:
        at = text.index(words, start) if words else start
        done += text[start:at]
        start = at + len(words)
        shown = text[at:start]
        done += shown if ratio is None else f"\x1b[{_level(ratio)[2]}m{shown}\x1b[0m"
    return done + text[start:]


def has_colours() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def document(found: GridRun) -> str:
    """The whole map in Markdown."""
    parts = [
        f"`{found.command}` on {found.date}: {found.machine}, {found.threads} threads; "
        f"a large matrix product runs at {found.peak / 1e9:.0f} GFLOP/s.",
        LEGEND,
    ]
    for block in blocks(found):
        lines = tuple(tuple(text for text, _ in line) for line in block.lines)
        parts.append(Table(block.title, block.header, lines).markdown())
    return "\n\n".join([*parts, *(table.markdown() for table in summaries(found))]) + "\n"


def summaries(found: GridRun) -> list[Table]:
    """By row of the grid, and the cases where we are furthest behind."""
    if not found.measured:
        return []
    rows: dict[str, list[SystemResult]] = {}
    for case, result in found.measured:
        rows.setdefault(case.row, []).append(result)
    everything = [result for _, result in found.measured]
    header = ("", "cases", "below 1", "median, processor time", "median, clock", "lowest",
              "more memory")  # fmt: skip
    lines = [_summary(name, results) for name, results in rows.items()]
    made = [Table("Summary", header, (*lines, _summary("all", everything)))]
    return [*made, _worst(found)]


def _summary(name: str, results: list[SystemResult]) -> tuple[str, ...]:
    work = [result.least_work_ratio()[1] for result in results]
    clock = [result.least_ratio()[1] for result in results]
    lower = list(map(min, work, clock))
    return (
        name,
        str(len(results)),
        str(sum(ratio < 1 for ratio in lower)),
        number(statistics.median(work)),
        number(statistics.median(clock)),
        number(min(lower)),
        str(sum(result.least_memory_ratio()[1] < 1 for result in results)),
    )


def _worst(found: GridRun) -> Table:
    lines = []
    for case, result in found.measured:
        (peer, work), clock = result.least_work_ratio(), result.least_ratio()[1]
        memory = result.least_memory_ratio()[1]
        lines.append((min(work, clock), (case.name, peer, cell(work, clock), number(memory))))
    lines.sort()
    header = ("case", "best peer", "processor time, clock", "memory")
    return Table("Furthest behind", header, tuple(line for _, line in lines[:WORST]))


def _level(ratio: float) -> tuple[float, str, str]:
    return next(level for level in LEVELS if ratio < level[0])
