"""A comparison as tables, for the terminal or in Markdown."""

import statistics
from dataclasses import dataclass

from bench.records import OURS, Best, Comparison
from tuidl.protocol.formatting import columns

NOTE = (
    "Medians and (fastest to slowest round); each library by the fastest of its ways. "
    "A factor says how many times as long as tuidl it takes."
)


@dataclass(frozen=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        return "\n".join([self.title, *columns([self.header, *self.rows])])

    def markdown(self) -> str:
        lines = (self.header, ("---",) * len(self.header), *self.rows)
        return "\n".join([f"**{self.title}**", "", *(f"| {' | '.join(line)} |" for line in lines)])


def tables(found: Comparison) -> list[Table]:
    """All that there is something to say of."""
    made = [times(found), work(found), speeds(found), memories(found)]
    if found.peers:
        made.append(ways(found))
    if any(timing.busy for result in found.systems.values() for timing in result.timings.values()):
        made.append(slowdowns(found))
    if found.whole:
        made.append(whole_times(found))
    return [table for table in made if table.rows]


def document(found: Comparison) -> str:
    """The whole comparison in Markdown."""
    lines = [*heading(found), "", NOTE]
    for table in tables(found):
        lines += ["", table.markdown()]
    return "\n".join(lines) + "\n"


def screen(found: Comparison) -> str:
    """The whole comparison as plain text."""
    return "\n\n".join(["\n".join(heading(found)), *(table.text() for table in tables(found))])


def heading(found: Comparison) -> list[str]:
    return [
        f"{found.date}, {found.machine}; {', '.join(found.versions)}",
        f"{found.threads} threads; a large matrix product runs at {found.peak / 1e9:.0f} GFLOP/s",
        f"`{found.command}`",
    ]


def times(found: Comparison) -> Table:
    """Microseconds a step, and how many times as long each peer takes."""
    header = ["system", "batch", OURS]
    for peer in found.peers:
        header += [peer, "factor"]
    if found.peers:
        header += ["best peer", "by fastest rounds"]
    rows = []
    for name, result in found.systems.items():
        cells = [name, str(result.batch), spread(result.timings[OURS].best)]
        for peer in found.peers:
            known = peer in result.timings
            cells += [spread(result.timings[peer].best) if known else "not measured"]
            cells += [f"{result.ratio(peer):.2f}" if known else ""]
        if found.peers:
            best, ratio = result.least_ratio()
            cells += [f"{best} {ratio:.2f}", f"{result.least_ratio(by_lowest=True)[1]:.2f}"]
        rows.append(tuple(cells))
    return Table("Microseconds a training step", tuple(header), tuple(rows))


def work(found: Comparison) -> Table:
    """Processor time, which other processes on the same cores hardly change."""
    names = [OURS, *found.peers]
    header = [
        *("system", OURS),
        *(f"{peer}{end}" for peer in found.peers for end in ("", ", factor")),
    ]
    rows = []
    for system, result in found.systems.items():
        ours = result.timings[OURS].least_work
        cells = [system, digits(ours)]
        for peer in names[1:]:
            timing = result.timings.get(peer)
            cells += (
                [digits(timing.least_work), f"{timing.least_work / ours:.2f}"]
                if timing
                else ["", ""]
            )
        rows.append(tuple(cells))
    title = (
        "Microseconds of processor time a step, all threads together, by the way that takes least"
    )
    return Table(title, tuple(header), tuple(rows))


def speeds(found: Comparison) -> Table:
    """Operations a second by our count of operations, and the share of the machine's peak."""
    names = [OURS, *found.peers]
    header = ("system", "MFLOP a step", *(f"{name}{end}" for name in names for end in ("", ", %")))
    rows = []
    for system, result in found.systems.items():
        cells = [system, digits(result.flops / 1e6)]
        for name in names:
            if name not in result.timings:
                cells += ["", ""]
                continue
            speed = result.flops / result.timings[name].best.median * 1e6
            cells += [digits(speed / 1e9), _percent(speed / found.peak)]
        rows.append(tuple(cells))
    return Table("GFLOP/s, and per cent of a large matrix product's", header, tuple(rows))


def memories(found: Comparison) -> Table:
    names = [OURS, *found.peers]
    rows = tuple(
        (
            system,
            *(_megabytes(result.timings[n].memory) if n in result.timings else "" for n in names),
        )
        for system, result in found.systems.items()
    )
    return Table("Peak memory of the process, MB", ("system", *names), rows)


def ways(found: Comparison) -> Table:
    """Which way of each library was the fastest."""
    names = [OURS, *found.peers]
    rows = tuple(
        (system, *(result.timings[n].best.way if n in result.timings else "" for n in names))
        for system, result in found.systems.items()
    )
    return Table("Autotuner way", ("system", *names), rows)


def slowdowns(found: Comparison) -> Table:
    """How much longer a step takes beside a process that keeps each core busy."""
    names = [OURS, *found.peers]
    header = ("system", *(f"{name}{end}" for name in names for end in ("", ", slower by")))
    rows = []
    for system, result in found.systems.items():
        cells = [system]
        for name in names:
            timing = result.timings.get(name)
            if timing is None or not timing.busy:
                cells += ["", ""]
                continue
            factor = timing.best_busy.median / timing.best.median
            cells += [spread(timing.best_busy), f"{factor:.1f}"]
        rows.append(tuple(cells))
    return Table("Microseconds a step with every core kept busy by others", header, tuple(rows))


def whole_times(found: Comparison) -> Table:
    rows = tuple(
        (
            whole.what,
            f"{statistics.median(whole.seconds):.2f} "
            f"({min(whole.seconds):.2f} to {max(whole.seconds):.2f})",
            _megabytes(whole.memory),
        )
        for whole in found.whole
    )
    title = "cnn_digits, 15 epochs, whole process"
    return Table(title, ("", "seconds", "peak memory, MB"), rows)


def spread(best: Best) -> str:
    """``12.3 (11 to 14)``."""
    return f"{digits(best.median)} ({digits(best.low)} to {digits(best.high)})"


def digits(number: float) -> str:
    """Three digits, or all that stand before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.2g}"
