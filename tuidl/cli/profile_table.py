"""A profile as text: one line an instruction, with bars of the time that each takes."""

from tuidl.protocol.formatting import columns
from tuidl.training.profiling import Profile, RowTime

BAR = 20
HEADER = ("", "kernel", "of", "phase", "time", "share", "", "GFLOP/s", "of peak", "GB/s")
LEFT = (1, 2, 3, 6)


def profile_lines(profile: Profile, slowest_first: bool, unicode: bool) -> list[str]:
    """The table, in program order unless ``slowest_first``, and what it adds up to."""
    rows = list(profile.rows)
    if slowest_first:
        rows.sort(key=lambda row: -row.seconds)
    longest = max(row.seconds for row in rows)
    cells = [_cells(profile, row, longest, unicode) for row in rows]
    return [
        f"{profile.preset}, batch {profile.batch}: a training step on one core",
        "",
        *columns([HEADER, *cells], aligned_left=LEFT),
        "",
        *_summary(profile),
    ]


def _summary(profile: Profile) -> list[str]:
    flops = sum(row.flops for row in profile.rows)
    speed = flops / profile.step
    threads = profile.threads
    return [
        f"all rows {duration(profile.seconds)}; a real step takes {duration(profile.step)} of one "
        f"core, and {duration(profile.step_together)} by the clock on {threads} threads",
        f"{flops / 1e6:.3g} MFLOP a step: {speed / 1e9:.3g} GFLOP/s on one core, "
        f"{speed / profile.peak:.0%} of the {profile.peak / 1e9:.3g} of a large matrix product",
    ]


def _cells(profile: Profile, row: RowTime, longest: float, unicode: bool) -> tuple[str, ...]:
    is_counted = row.flops and row.seconds
    bar = round(BAR * row.seconds / longest) if longest else 0
    return (
        "" if row.number is None else str(row.number),
        row.kernel,
        row.node,
        row.phase,
        duration(row.seconds),
        f"{100 * profile.share(row):.1f}%",
        ("█" if unicode else "#") * bar,
        f"{row.flops_per_second / 1e9:.2f}" if is_counted else "",
        f"{row.flops_per_second / profile.peak:.0%}" if is_counted else "",
        f"{row.bytes_per_second / 1e9:.1f}" if row.seconds else "",
    )


def duration(seconds: float) -> str:
    """``12.3 µs``: whole steps last from half a microsecond to a second."""
    micro = seconds * 1e6
    return f"{micro:.2f} µs" if micro < 1000 else f"{micro / 1000:.2f} ms"
