"""What bounds a process's memory, read from folders that stand in for the kernel's."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tuidl.core import limits
from tuidl.core.errors import BackendError
from tuidl.core.memory import Bound, Usage, memory_bound, own_usage, page_bytes, peak_resident

MIB = 1 << 20
GIB = 1 << 30
SECOND = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
FIRST = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"


class Kernel:
    """A root folder with what the kernel would say of 16 GiB, 12 of them free."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.put("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 12582912 kB\n")
        self.put("proc/self/status", "VmSize: 1024000 kB\nVmRSS: 102400 kB\nVmHWM: 204800 kB\n")

    def put(self, path: str, text: str | int) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(f"{text}\n")

    def in_groups(self, lines: str, mounts: str) -> None:
        self.put("proc/self/cgroup", lines)
        self.put("proc/self/mountinfo", mounts)

    def bound(self) -> Bound:
        return memory_bound(self.root)

    def setter(self, bound: Bound) -> str:
        """The file that set it."""
        return str(Path(bound.name).relative_to(self.root))


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_without_groups_it_is_what_is_available_and_our_own(kernel: Kernel) -> None:
    assert kernel.bound() == Bound(16 * GIB, 12 * GIB + 100 * MIB, "the machine")


def test_nested_groups_count_up_to_the_root(kernel: Kernel) -> None:
    kernel.in_groups("0::/user.slice/job.scope", SECOND)
    kernel.put("sys/fs/cgroup/user.slice/job.scope/memory.max", "max")
    kernel.put("sys/fs/cgroup/user.slice/memory.max", 3 * GIB)
    kernel.put("sys/fs/cgroup/user.slice/memory.current", 2 * GIB)
    bound = kernel.bound()
    assert (bound.limit, bound.free) == (3 * GIB, GIB + 100 * MIB)
    assert kernel.setter(bound) == "sys/fs/cgroup/user.slice/memory.max"


def test_the_smallest_of_several_groups_counts(kernel: Kernel) -> None:
    kernel.in_groups("0::/a/b/c", SECOND)
    for place, limit in (("a", 4), ("a/b", 2), ("a/b/c", 3)):
        kernel.put(f"sys/fs/cgroup/{place}/memory.max", limit * GIB)
    assert kernel.bound().limit == 2 * GIB


def test_above_memory_high_a_group_is_only_slowed_down_so_it_is_a_limit(kernel: Kernel) -> None:
    kernel.in_groups("0::/a", SECOND)
    kernel.put("sys/fs/cgroup/a/memory.max", 4 * GIB)
    kernel.put("sys/fs/cgroup/a/memory.high", GIB)
    assert kernel.bound().limit == GIB


def test_what_a_group_has_cached_can_be_had(kernel: Kernel) -> None:
    kernel.in_groups("0::/", SECOND)
    kernel.put("sys/fs/cgroup/memory.max", 2 * GIB)
    kernel.put("sys/fs/cgroup/memory.current", 2 * GIB)
    kernel.put(
        "sys/fs/cgroup/memory.stat",
        f"anon 5\ninactive_file {GIB}\nactive_file {MIB}\ninactive_anon {GIB}",
    )
    assert kernel.bound().free == GIB + MIB + 100 * MIB


def test_groups_of_the_first_version(kernel: Kernel) -> None:
    kernel.in_groups("4:memory:/docker/abc\n1:cpu:/docker/abc", FIRST)
    kernel.put("sys/fs/cgroup/memory/memory.limit_in_bytes", 9223372036854771712)
    kernel.put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", GIB)
    kernel.put("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", 600 * MIB)
    kernel.put("sys/fs/cgroup/memory/docker/abc/memory.stat", f"total_inactive_file {100 * MIB}")
    bound = kernel.bound()
    assert (bound.limit, bound.free) == (GIB, (1024 - 600 + 100 + 100) * MIB)


def test_in_a_container_that_sees_the_hosts_path_the_mount_is_our_group(kernel: Kernel) -> None:
    kernel.in_groups("4:memory:/docker/abc", FIRST.replace(" / /sys", " /docker/abc /sys"))
    kernel.put("sys/fs/cgroup/memory/memory.limit_in_bytes", GIB)
    assert kernel.bound().limit == GIB


@pytest.mark.parametrize("place", ["/other/host/path", "/../../x", "/"])
def test_a_path_that_is_not_there_still_has_the_mount_above_it(kernel: Kernel, place: str) -> None:
    kernel.in_groups(f"0::{place}", SECOND)
    kernel.put("sys/fs/cgroup/memory.max", GIB)
    assert kernel.bound().limit == GIB


def test_both_versions_at_once(kernel: Kernel) -> None:
    second = SECOND.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
    kernel.in_groups("0::/\n8:cpuset,memory:/job", FIRST + second)
    kernel.put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", 3 * GIB)
    kernel.put("sys/fs/cgroup/unified/memory.max", "max")
    assert kernel.bound().limit == 3 * GIB


def test_a_mount_point_with_a_space(kernel: Kernel) -> None:
    kernel.in_groups("0::/", SECOND.replace("/sys/fs/cgroup", "/sys/a\\040b"))
    kernel.put("sys/a b/memory.max", GIB)
    assert kernel.bound().limit == GIB


@pytest.mark.parametrize("text", ["", "-1", "lots", "\0", "9" * 30])
def test_a_limit_that_is_none(kernel: Kernel, text: str) -> None:
    kernel.in_groups("0::/\nnonsense\n::", SECOND + "broken - line\n - \n")
    kernel.put("sys/fs/cgroup/memory.max", text)
    assert kernel.bound().name == "the machine"


def test_a_group_that_has_more_than_it_may_leaves_nothing(kernel: Kernel) -> None:
    kernel.in_groups("0::/", SECOND)
    kernel.put("sys/fs/cgroup/memory.max", GIB)
    kernel.put("sys/fs/cgroup/memory.current", 5 * GIB)
    assert kernel.bound().free == 0


@pytest.mark.parametrize(
    ("enabled", "size", "page"),
    [
        ("always [madvise] never", 4 * MIB, 2 * MIB),
        ("[always] madvise never", GIB, 2 * MIB),
        ("always [madvise] never", 4 * MIB - 1, 4096),
        ("always madvise [never]", GIB, 4096),
        ("", GIB, 4096),
    ],
)
def test_large_arrays_get_huge_pages_where_there_are_any(
    kernel: Kernel, enabled: str, size: int, page: int
) -> None:
    kernel.put("sys/kernel/mm/transparent_hugepage/enabled", enabled)
    assert page_bytes(size, kernel.root) == page


def test_a_machine_that_says_nothing(tmp_path: Path) -> None:
    assert memory_bound(tmp_path).free > 0
    assert peak_resident(tmp_path) == 0


@pytest.mark.parametrize(("kind", "name"), [("RLIMIT_AS", "-v"), ("RLIMIT_DATA", "-d")])
def test_ulimit_is_a_limit(kind: str, name: str) -> None:
    code = (
        "import resource\nfrom tuidl.core.memory import memory_bound\n"
        f"resource.setrlimit(resource.{kind}, ({GIB}, {GIB}))\n"
        "bound = memory_bound()\nprint(bound.limit, bound.free, bound.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    limit, free, rest = done.stdout.split(maxsplit=2)
    assert int(limit) == GIB
    assert GIB / 2 < int(free) <= GIB
    assert rest.strip() == f"ulimit {name}"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_our_own_usage_is_real() -> None:
    usage = own_usage()
    assert 10 * MIB < usage.resident <= usage.addresses
    assert usage.resident <= peak_resident()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert peak_resident() <= peak * 1.05


def test_the_refusal_says_what_bounds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = Bound(2 * GIB, GIB, "/sys/fs/cgroup/memory.max")
    monkeypatch.setattr(limits, "memory_bound", lambda: bound)
    limits.check_peak(700 * MIB, "the run", "use less")
    with pytest.raises(BackendError) as raised:
        limits.check_peak(900 * MIB, "the run", "use less")
    assert str(raised.value) == (
        "the run needs 0.88 GiB, this machine can give 0.8 GiB now "
        "(/sys/fs/cgroup/memory.max has 2.0 GiB): use less"
    )


def test_what_the_process_has_already_is_not_to_be_had_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "memory_bound", lambda: Bound(GIB, GIB, "ulimit -v"))
    monkeypatch.setattr(limits, "own_usage", lambda: Usage(resident=300 * MIB))
    limits.check_memory(500 * MIB, "the data", "use less")
    with pytest.raises(BackendError, match=r"the data needs 0\.59 GiB, this machine can give"):
        limits.check_memory(600 * MIB, "the data", "use less")
