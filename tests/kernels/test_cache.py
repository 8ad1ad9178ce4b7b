"""The cache of compiled kernels: warm, missing, damaged, not to be had."""

import functools
import os
import pickle
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from tuidl.core import own_folders
from tuidl.core.own_files import FileError
from tuidl.kernels import KERNELS, ahead, cache
from tuidl.kernels.ahead import shared_compilation

MOST = ahead.MOST
PRESET = ["linear_regression", "--no-ui", "--set", "training.epochs=1"]
RUN = [sys.executable, "-m", "tuidl", *PRESET]


@pytest.fixture(autouse=True)
def as_many_helpers_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there are outside the tests."""
    monkeypatch.setattr(ahead, "MOST", MOST)


def run(cache: Path) -> tuple[str, str]:
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(cache), "TUIDL_PREBUILT": "0"}
    result = subprocess.run(
        RUN, capture_output=True, text=True, timeout=300, env=environment, check=True
    )
    return result.stdout.splitlines()[-1], result.stderr


@pytest.mark.slow
def test_cold_warm_damaged_and_unwritable(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    known, said = run(cache)
    assert "compiling kernels (once on this machine)" in said
    folder = next((cache / "kernels").iterdir())
    assert folder.stat().st_mode & 0o077 == 0
    again, said = run(cache)
    assert again == known
    assert "compil" not in said
    for file in folder.rglob("*.code"):
        file.write_bytes(file.read_bytes()[:100])
    again, said = run(cache)
    assert again == known
    assert "cannot be used" in said
    again, said = run(cache)
    assert again == known, "a wiped cache is filled again"
    blocked = tmp_path / "file"
    blocked.write_text("")
    again, said = run(blocked / "below")
    assert again == known
    assert "cannot keep compiled kernels" in said


def test_the_helper_process_fills_the_cache(tmp_path: Path) -> None:
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(tmp_path), "TUIDL_PREBUILT": "0"}
    helper = subprocess.run(
        [sys.executable, "-m", "tuidl.kernels.ahead", "float32"],
        input="relu\ncopy\n", capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    assert helper.stdout.split() == ["ready", "relu", "copy"]
    compiled = {file.name.split("-")[0] for file in tmp_path.rglob("*.code")}
    assert compiled == {"relu", "copy"}


NAMES = ["relu", "copy", "elu", "conv2d", "relu_gradient"]


def test_two_processes_take_from_one_list() -> None:
    taken = []
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        for name in share.taken():
            taken.append(name)
            end = time.monotonic() + 60
            while not (share.helped or share.finished or taken[1:]) and time.monotonic() < end:
                time.sleep(0.01)
        share.wait()
    assert taken[0] == "conv2d", "the longest comes first"
    assert len(set(taken)) == len(taken) < len(NAMES)


@pytest.fixture
def helper_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the helper be a process that runs some Python."""

    def replace(code: str) -> None:
        pipe, command = subprocess.PIPE, [sys.executable, "-c", code]
        monkeypatch.setattr(
            ahead,
            "_helper",
            lambda _: subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True),
        )

    return replace


def test_nobody_waits_for_a_helper_that_has_nothing(helper_that: Callable[[str], None]) -> None:
    helper_that("import time; print('a warning', flush=True); time.sleep(1000)")
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        assert sorted(share.taken()) == sorted(NAMES)
        assert share.helped is None


def test_a_process_for_each_core_and_four_kernels_and_each_name_once(
    helper_that: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = [name for name in KERNELS if "gradient" in name][:20]
    helper_that(
        "import os, sys\nprint('ready', flush=True)\nfor line in sys.stdin:\n"
        f" open({str(tmp_path)!r} + f'/{{os.getpid()}}', 'a').write(line)\n"
        " print(line.strip(), flush=True)"
    )
    for cores, helpers in ((1, 0), (2, 1), (4, 3), (64, 5)):
        monkeypatch.setattr(ahead, "default_threads", lambda cores=cores: cores)
        assert ahead.helpers_for(len(names)) == helpers
        with shared_compilation(names, np.dtype(np.float32)) as share:
            taken = [*islice(share.taken(), 1)]  # none, where helpers were faster
            if helpers:
                share.wait()
            taken += share.taken()
        for file in tmp_path.iterdir():
            taken += file.read_text().split()
            file.unlink()
        assert sorted(taken) == sorted(names)
    assert ahead.helpers_for(3) == 0
    assert ahead.helpers_for(500) == MOST


def test_what_a_helper_took_and_did_not_do_is_no_longer_waited_for(
    helper_that: Callable[[str], None],
) -> None:
    helper_that("print('ready', flush=True); input()")
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        share.wait()
        assert len(list(share.taken())) == len(NAMES) - 1


LOADING = (
    "import numpy\nfrom tuidl.kernels import KERNELS\n"
    "KERNELS['relu'].compile(numpy.dtype('float32'))"
)


def load_kernel(cache: Path, umask: int = 0o022) -> str:
    """What a process says that compiles a kernel, or takes it from the cache."""
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(cache), "TUIDL_PREBUILT": "0"}
    command = [sys.executable, "-c", LOADING]
    done = subprocess.run(
        command, env=environment, umask=umask, capture_output=True, text=True, check=True
    )
    return done.stderr


class Planted:
    """What an attacker would have the cache unpickle."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


@pytest.mark.sample(1)
@pytest.mark.parametrize("place", ["alone", "before", "within"])
def test_no_file_among_the_kernels_is_unpickled(tmp_path: Path, place: str) -> None:
    cache, mark = tmp_path / "cache", tmp_path / "executed"
    assert load_kernel(cache) == ""
    (file,) = cache.rglob("relu-*.code")
    pickle.loads(planted := pickle.dumps(Planted(mark)))
    assert mark.exists(), "so this test means something"
    mark.unlink()
    kept = file.read_bytes()
    before, within = planted + b"\n" + kept, kept.partition(b"\n")[0] + b"\n" + planted
    file.write_bytes({"alone": planted, "before": before, "within": within}[place])
    assert "damaged, cannot be used" in load_kernel(cache)
    assert not mark.exists()
    assert file.read_bytes() == kept, "compiled anew, to the same bytes"


@pytest.mark.slow
def test_kernels_in_a_folder_that_others_can_write_to_are_not_looked_at(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert load_kernel(cache) == ""
    (file,) = cache.rglob("relu-*.code")
    file.write_bytes(b"damaged")
    (cache / "kernels").chmod(0o777)
    said = load_kernel(cache)
    assert said.startswith("tuidl: cannot keep compiled kernels: ")
    assert "damaged" not in said


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path | None]:
    """What is taken for the cache where TUIDL_CACHE_DIR says so."""

    found = functools.cache(cache._cache_folder.__wrapped__)

    def folder_for(path: Path) -> Path | None:
        monkeypatch.setenv("TUIDL_CACHE_DIR", str(path))
        found.cache_clear()
        return cache.cache_folder()

    monkeypatch.setattr(cache, "given_up", [])
    monkeypatch.setattr(cache, "_cache_folder", found)
    return folder_for


@pytest.fixture
def refused(
    look: Callable[[Path], Path | None], capsys: pytest.CaptureFixture[str]
) -> Callable[..., None]:
    """Asserts that there is no cache and that one line says why, however often it is asked for."""

    def check(path: Path, *words: str) -> None:
        assert look(path) is None
        assert [cache.compile_cached(lambda cached: cached) for _ in range(3)] == [False] * 3
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said.startswith("tuidl: cannot keep compiled kernels: ")
        assert all(word in said for word in words), said

    return check


@pytest.fixture
def warm(tmp_path: Path, look: Callable[[Path], Path | None]) -> Path:
    """A cache that holds a file."""
    base = tmp_path / "cache"
    folder = look(base)
    assert folder is not None
    (folder / "kernels_0123").mkdir()
    (folder / "kernels_0123" / "relu-float32-0123.code").write_text("")
    assert look(base) == folder
    return base


posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs owners and modes")
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
SOMEBODY = 12345


def part_of(warm: Path, what: str) -> Path:
    kernels = warm / "kernels"
    folder = next(kernels.iterdir())
    inner = next(path for path in folder.iterdir() if path.is_dir())
    file = next(inner.glob("relu-*.code"))
    return {"cache": warm, "kernels": kernels, "folder": folder, "inner": inner, "file": file,
            "parent": warm.parent}[what]  # fmt: skip


@posix
@pytest.mark.parametrize("mode", [0o777, 0o772, 0o1777])
@pytest.mark.parametrize("what", ["cache", "kernels", "folder", "inner", "file"])
def test_where_others_can_write_there_is_no_cache(
    what: str, mode: int, warm: Path, refused: Callable[..., None]
) -> None:
    """And nothing is closed, as if it had always been so."""
    path = part_of(warm, what)
    path.chmod(mode)
    refused(warm, str(path))
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_where_others_can_exchange_a_parent_there_is_no_cache(
    warm: Path, refused: Callable[..., None], look: Callable[[Path], Path | None]
) -> None:
    warm.parent.chmod(0o777)
    refused(warm, f"{warm.parent}: other users can write to it (mode 777)")
    warm.parent.chmod(0o1777)
    assert look(warm) is not None, "as in /tmp"


@posix
def test_a_folder_that_others_can_read_only_is_refused_and_says_how_to_close_it(
    warm: Path, refused: Callable[..., None]
) -> None:
    part_of(warm, "folder").chmod(0o755)
    refused(warm, "open to other users (mode 55)", "chmod 700")


@as_root
@pytest.mark.parametrize("what", ["cache", "kernels", "folder", "inner", "file", "parent"])
def test_what_belongs_to_another_user_is_not_used(
    what: str, warm: Path, refused: Callable[..., None]
) -> None:
    path = part_of(warm, what)
    os.chown(path, SOMEBODY, SOMEBODY)
    refused(warm, f"{path}: belongs to another user ({SOMEBODY})")


@as_root
@pytest.mark.parametrize("what", ["cache", "kernels", "folder", "inner", "file"])
def test_what_another_group_can_write_is_not_used(
    what: str, warm: Path, refused: Callable[..., None]
) -> None:
    path = part_of(warm, what)
    path.chmod(0o770)
    os.chown(path, -1, SOMEBODY)
    refused(warm, str(path))


@pytest.mark.parametrize("what", ["cache", "kernels", "folder", "inner", "file"])
def test_no_link_is_followed(what: str, warm: Path, refused: Callable[..., None]) -> None:
    path = part_of(warm, what)
    path.rename(moved := warm.parent / "moved")
    path.symlink_to(moved)
    refused(warm, str(path))


@posix
def test_a_fifo_among_the_kernels_is_not_waited_for(
    warm: Path, refused: Callable[..., None]
) -> None:
    file = part_of(warm, "file")
    file.unlink()
    os.mkfifo(file)
    refused(warm, str(file))


@as_root
def test_a_link_of_another_user_leads_nowhere(
    warm: Path, refused: Callable[..., None], look: Callable[[Path], Path | None]
) -> None:
    (link := warm.parent / "link").symlink_to(warm.parent)
    assert look(link / "cache") is not None, "the user's own may lie above the cache"
    os.chown(link, SOMEBODY, SOMEBODY, follow_symlinks=False)
    refused(link / "cache", f"{link}: belongs to another user")


@posix
def test_links_in_a_circle_and_into_nothing_end(
    tmp_path: Path, refused: Callable[..., None]
) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to("nothing")
    for name in ("a", "c"):
        refused(tmp_path / name, name)
        refused(tmp_path / name / "cache")


def test_a_folder_below_the_current_one_is_refused(
    warm: Path, refused: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was unpacked there is the user's own, and yet another's work."""
    monkeypatch.chdir(warm.parent)
    for path in ("cache", "./cache", "../" + warm.parent.name + "/cache"):
        refused(Path(path), "not an absolute path")


@posix
@pytest.mark.parametrize("umask", [0o000, 0o002, 0o077])
def test_what_is_made_is_closed_whatever_the_umask(
    umask: int, tmp_path: Path, look: Callable[[Path], Path | None]
) -> None:
    before = os.umask(umask)
    try:
        folder = look(tmp_path / "new" / "cache")
    finally:
        os.umask(before)
    assert folder is not None
    for made in (tmp_path / "new", tmp_path / "new/cache", folder.parent, folder):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert look(tmp_path / "new" / "cache") == folder, "and it is used again"


def test_a_process_beside_it_may_be_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that vanishes while the folder is looked at is no reason to refuse it."""
    monkeypatch.setattr(own_folders, "_below", lambda folder: iter([folder / "gone"]))
    own_folders.require_own_content(tmp_path)


def test_without_posix_owners_only_links_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "geteuid")
    tmp_path.chmod(0o777)
    folder = own_folders.make_private(tmp_path / "cache", "kernels", "abc")
    own_folders.require_own_content(folder)
    (tmp_path / "link").symlink_to(tmp_path / "cache")
    with pytest.raises(FileError, match="a link"):
        own_folders.make_private(tmp_path / "link", "kernels", "abc")


def test_what_other_versions_compiled_goes_when_nobody_uses_it(
    tmp_path: Path, look: Callable[[Path], Path | None]
) -> None:
    kernels, month = tmp_path / "kernels", 31 * 24 * 3600
    for name in ("0123456789abcdef", "00000000deadbeef", "notes"):
        (kernels / name).mkdir(parents=True)
        (kernels / name / "file").write_text("")
        if name != "00000000deadbeef":
            os.utime(kernels / name, (time.time() - month,) * 2)
    folder = look(tmp_path)
    assert folder is not None
    assert {path.name for path in kernels.iterdir()} == {folder.name, "00000000deadbeef", "notes"}


@pytest.mark.parametrize("file", ["dense.py", "simd/gemm.py"])
def test_a_change_in_any_room_of_the_kernels_gives_another_cache(file: str, tmp_path: Path) -> None:
    """Numba itself would load the code of before: it knows of no function that a kernel calls."""
    sources = tmp_path / "kernels"
    shutil.copytree(Path(cache.__file__).parent, sources)
    before = cache._digest_of(sources)
    assert before == cache.source_digest()
    with (sources / file).open("a") as source:
        source.write("# changed\n")
    assert cache._digest_of(sources) != before
    assert cache.fingerprint(cache._digest_of(sources)) != cache.fingerprint()


@pytest.mark.parametrize("file", ["winograd_sizes.py", "convolution_room.py"])
def test_a_change_of_sizes_that_kernels_compile_gives_another_cache(
    file: str, tmp_path: Path
) -> None:
    shutil.copytree(cache._CORE, tmp_path / "core")
    kernels = Path(cache.__file__).parent
    assert cache._digest_of(kernels, tmp_path / "core") == cache.source_digest()
    with (tmp_path / "core" / file).open("a") as source:
        source.write("# changed\n")
    assert cache._digest_of(kernels, tmp_path / "core") != cache.source_digest()


def test_all_of_core_that_kernels_compile_is_in_the_hash() -> None:
    modules = [module for name, module in sys.modules.items() if name.startswith("tuidl.kernels")]
    compiled = [
        Path(value.py_func.__code__.co_filename)
        for module in modules
        for value in vars(module).values()
        if isinstance(value, CPUDispatcher)
    ]
    files = {path for path in compiled if path.parent == cache._CORE}
    assert len(files) >= 3
    assert all(any(path.match(pattern) for pattern in cache.COMPILED_CORE) for path in files)


def test_the_same_file_in_another_room_gives_another_cache(tmp_path: Path) -> None:
    (tmp_path / "simd").mkdir()
    (tmp_path / "a.py").write_text("")
    before = cache._digest_of(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "simd" / "a.py")
    assert cache._digest_of(tmp_path) != before
