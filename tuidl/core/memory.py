"""How much memory this process may have: of the machine, its control groups and its own limits.

Three things bound a process on Linux. The machine: ``/proc/meminfo``. Control groups (containers,
systemd, job schedulers): each group on the way from the process's own up to the root may have a
limit, and the smallest counts; version 2 says it in ``memory.max`` and ``memory.high`` (above which
the kernel slows a group down until it is useless), version 1 in ``memory.limit_in_bytes``. And
``ulimit``: RLIMIT_AS for addresses, RLIMIT_DATA for what is written to. Swap counts nowhere: a
training that swaps does not end.

Formats: https://docs.kernel.org/admin-guide/cgroup-v2.html (memory), cgroup-v1/memory.html,
proc(5) and getrlimit(2).
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from mmap import mmap
from pathlib import Path, PurePosixPath
from weakref import WeakSet

ROOT = Path("/")
UNLIMITED = 1 << 60
"""Version 1 says "no limit" with a number of about 2**63."""
ASSUMED = 4 << 30
"""Bytes of a machine that does not say how many it has."""
PAGE, HUGE_PAGE = 4 << 10, 2 << 20
FEWEST_FOR_HUGE = 4 << 20
LONGEST = 1 << 20
"""Characters read of a file of the kernel's, at most."""


@dataclass(frozen=True)
class Bound:
    """A limit in bytes, what can be had below it now (this process's own share included), and
    what sets it."""

    limit: int
    free: int
    name: str


@dataclass(frozen=True)
class Usage:
    """Bytes of this process: resident, addresses, and data (what RLIMIT_DATA counts)."""

    resident: int = 0
    addresses: int = 0
    data: int = 0


def memory_bound(root: Path = ROOT) -> Bound:
    """The bound that leaves the least. ``root``: where ``proc`` and ``sys`` lie (for tests)."""
    used = own_usage(root)
    bounds = [_machine(root, used), *_groups(root, used), *_own_limits(used)]
    tightest = min(bounds, key=lambda bound: bound.free)
    return replace(tightest, free=max(tightest.free, 0))


MAPPED: "WeakSet[mmap]" = WeakSet()
"""Files of examples in memory, whose pages the system takes back when it needs them."""


def own_usage(root: Path = ROOT) -> Usage:
    """What this process takes now, but for ``MAPPED`` files; zeros where nothing says so."""
    fields = _table(root / "proc/self/status", 1024)
    mapped = min(fields.get("RssFile", 0), sum(map(len, MAPPED)))
    resident = fields.get("VmRSS", 0) - mapped
    return Usage(resident, fields.get("VmSize", 0), fields.get("VmData", 0))


def page_bytes(size: int, root: Path = ROOT) -> int:
    """In pieces of how many bytes an array of ``size`` bytes gets its memory as it is written.

    NumPy asks for huge pages where an array has 4 MiB or more; the system may give none.
    """
    folder = root / "sys/kernel/mm/transparent_hugepage"
    has_huge = not {"", "never"} & {_chosen(_text(folder / "enabled"))}
    huge = _number(folder / "hpage_pmd_size") or HUGE_PAGE
    return huge if has_huge and size >= FEWEST_FOR_HUGE else PAGE


def _chosen(text: str) -> str:
    """The word in brackets of ``always [madvise] never``."""
    return text.partition("[")[2].partition("]")[0]


def peak_resident(root: Path = ROOT) -> int:
    """The most that this process ever had resident; 0 where the system does not say."""
    return _table(root / "proc/self/status", 1024).get("VmHWM", 0)


def _machine(root: Path, used: Usage) -> Bound:
    known = _table(root / "proc/meminfo", 1024)
    total = known.get("MemTotal") or _pages() or ASSUMED
    free = known["MemAvailable"] + used.resident if "MemAvailable" in known else total
    return Bound(total, min(free, total), "the machine")


def _pages() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not a POSIX system
        return 0


def _groups(root: Path, used: Usage) -> Iterator[Bound]:
    """The limit of each control group that this process is in, with those above it."""
    places = _places(root / "proc/self/cgroup")
    for kind, inside, mounted in _mounts(root):
        if kind in places:
            for folder in _folders(root / mounted.relative_to("/"), inside, places[kind]):
                yield from _limits_of(folder, kind, used)


def _places(path: Path) -> dict[str, PurePosixPath]:
    """Kind of hierarchy -> this process's group in it. Lines are ``number:controllers:path``."""
    found: dict[str, PurePosixPath] = {}
    for line in _text(path).splitlines():
        number, _, rest = line.partition(":")
        controllers, _, place = rest.partition(":")
        if number == "0" and not controllers:
            found["cgroup2"] = PurePosixPath(place)
        elif "memory" in controllers.split(","):
            found["cgroup"] = PurePosixPath(place)
    return found


def _mounts(root: Path) -> Iterator[tuple[str, PurePosixPath, PurePosixPath]]:
    """Kind, group that lies at the mount point, and mount point, of each that knows of memory."""
    for line in _text(root / "proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        fields, described = before.split(), after.split()
        if len(fields) < 5 or len(described) < 3 or not fields[4].startswith("/"):
            continue
        kind, options = described[0], described[2].split(",")
        if kind == "cgroup2" or (kind == "cgroup" and "memory" in options):
            yield kind, PurePosixPath(fields[3]), PurePosixPath(_unescaped(fields[4]))


def _unescaped(path: str) -> str:
    """mountinfo writes a space, a tab, a newline and a backslash as octal numbers."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(code, char)
    return path


def _folders(mount: Path, inside: PurePosixPath, place: PurePosixPath) -> Iterator[Path]:
    """The group's folder and those above it, up to the mount point.

    In a container the path may be one that only the host can see: then the mount point is ours.
    """
    below = place.relative_to(inside) if place.is_relative_to(inside) else PurePosixPath()
    parts = [part for part in below.parts if part not in ("/", "..")]
    for count in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:count])


def _limits_of(folder: Path, kind: str, used: Usage) -> Iterator[Bound]:
    is_second = kind == "cgroup2"
    names = ("memory.max", "memory.high") if is_second else ("memory.limit_in_bytes",)
    for name in names:
        limit = _number(folder / name)
        if limit is None or limit >= UNLIMITED:
            continue
        taken = _number(folder / ("memory.current" if is_second else "memory.usage_in_bytes"))
        known = _table(folder / "memory.stat", 1)
        start = "" if is_second else "total_"
        cached = sum(known.get(f"{start}{which}_file", 0) for which in ("active", "inactive"))
        free = limit if taken is None else limit - max(taken - cached, 0) + used.resident
        yield Bound(limit, min(free, limit), f"{folder / name}")


def _own_limits(used: Usage) -> Iterator[Bound]:
    """What ``ulimit -v`` and ``ulimit -d`` leave: addresses are taken that hold nothing yet."""
    try:
        import resource
    except ImportError:  # Windows
        return
    kinds = (
        ("RLIMIT_AS", used.addresses, "ulimit -v"),
        ("RLIMIT_DATA", used.data, "ulimit -d"),
    )
    for kind, taken, name in kinds:
        if not hasattr(resource, kind):
            continue
        limit, _ = resource.getrlimit(getattr(resource, kind))
        if limit != resource.RLIM_INFINITY and limit < UNLIMITED:
            yield Bound(limit, min(limit - taken + used.resident, limit), name)


def _text(path: Path) -> str:
    with suppress(OSError, ValueError), path.open(encoding="utf-8", errors="replace") as file:
        return file.read(LONGEST)
    return ""


def _number(path: Path) -> int | None:
    """The number in a file of one line; "max" is none."""
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def _table(path: Path, unit: int) -> dict[str, int]:
    """Name -> number of lines such as ``VmRSS:  123 kB`` or ``inactive_file 123``, in bytes."""
    found = {}
    for line in _text(path).splitlines():
        words = line.replace(":", " ").split()
        if len(words) >= 2 and words[1].isdecimal():
            found[words[0]] = int(words[1]) * unit
    return found
