"""Reading and writing only what is a file of ours: regular, bounded, no link, one name."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tuidl.core import own_files
from tuidl.core.own_files import FileError

MOST = 1000


def _link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def _dangling(path: Path, outside: Path) -> None:
    path.symlink_to(outside.with_name("nowhere"))


def _device(path: Path, outside: Path) -> None:
    path.symlink_to("/dev/zero")


def _pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path, outside: Path) -> None:
    path.mkdir()


def _socket(path: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


def _huge(path: Path, outside: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


KINDS = [_link, _dangling, _device, _pipe, _folder, _socket, _huge]
Make = Callable[[Path, Path], None]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    path.write_bytes(b"untouched")
    return path


@pytest.mark.parametrize("make", KINDS)
def test_what_is_no_file_of_ours_is_refused_by_path_and_reason(
    make: Make, tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "file"
    make(path, outside)
    with pytest.raises(FileError) as caught:
        own_files.read_bounded(path, MOST)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make", [kind for kind in KINDS if kind is not _huge])
@pytest.mark.parametrize("create", [False, True])
def test_nothing_else_is_written_to(
    make: Make, create: bool, tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "file"
    make(path, outside)
    for way in (own_files.open_to_append, own_files.open_to_update):
        with pytest.raises(FileError, match="file"):
            way(path, create=create)
    assert outside.read_bytes() == b"untouched"
    assert not (tmp_path / "nowhere").exists()


def test_a_second_name_is_read_but_not_written_to(tmp_path: Path, outside: Path) -> None:
    path = tmp_path / "file"
    os.link(outside, path)
    assert own_files.read_bounded(path, MOST) == b"untouched"
    for way in (own_files.open_to_append, own_files.open_to_update):
        with pytest.raises(FileError, match="hard link"):
            way(path)


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * MOST)
    assert len(own_files.read_bounded(path, MOST)) == MOST
    with pytest.raises(FileError, match="1,000 bytes; expected at most 999"):
        own_files.read_bounded(path, MOST - 1)


def test_a_file_that_the_user_names_may_be_a_link(tmp_path: Path, outside: Path) -> None:
    path = tmp_path / "file"
    path.symlink_to(outside)
    assert own_files.read_bounded(path, MOST, follow=True) == b"untouched"
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(FileError, match="a device, not a file"):
        own_files.read_bounded(path, MOST, follow=True)


def test_a_file_that_is_exchanged_between_looking_and_opening_is_refused(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "file", os.open
    for make in (_link, _pipe):

        def exchanged(name: Path, flags: int, mode: int = 0, make: Make = make) -> int:
            path.unlink()
            make(path, outside)
            return real(name, flags, mode)

        path.unlink(missing_ok=True)
        path.write_bytes(b"ours")
        monkeypatch.setattr(os, "open", exchanged)
        with pytest.raises(FileError, match=r"link|pipe"):
            own_files.read_bounded(path, MOST)


def test_errors_carry_the_path(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(FileError, match="No such file") as caught:
        own_files.read_bounded(missing, MOST)
    assert caught.value.is_missing
    assert caught.value.path == missing
    with pytest.raises(FileError, match="null"):
        own_files.read_bounded(Path("a\0b"), MOST)
    with pytest.raises(OSError, match=str(tmp_path)):
        own_files.create_beside(tmp_path / "none" / "file")


def test_appending_and_updating_work_on_plain_files(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with own_files.open_to_append(path, create=True) as file:
        file.write(b"one")
    with own_files.open_to_append(path) as file:
        file.write(b"two")
    with own_files.open_to_update(path) as update:
        update.truncate(4)
        update.seek(0)
        assert update.read() == b"onet"
    assert stat.S_IMODE(path.stat().st_mode) & 0o111 == 0


def test_temporary_files_are_new_ones_in_the_same_folder(tmp_path: Path) -> None:
    paths = set()
    for _ in range(20):
        file, path = own_files.create_beside(tmp_path / ("n" * 250))
        file.close()
        paths.add(path)
    assert len(paths) == 20
    assert {path.parent for path in paths} == {tmp_path}


def test_a_temporary_name_that_is_taken_is_not_written_to(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda count: "0" * 2 * count)
    (tmp_path / f".file.{'0' * 16}").symlink_to(outside)
    with pytest.raises(FileExistsError):
        own_files.create_beside(tmp_path / "file")
    assert outside.read_bytes() == b"untouched"


def test_a_folder_must_be_one_itself(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    own_files.require_folder(tmp_path / "real")
    for path in (tmp_path / "link", outside, tmp_path / "missing"):
        with pytest.raises(FileError):
            own_files.require_folder(path)


def test_the_path_that_the_system_names_comes_first() -> None:
    named = PermissionError(13, "Permission denied", "/some/file")
    assert own_files.error_text(named) == "/some/file: Permission denied"
    assert own_files.error_text(named, Path("/other")) == "/some/file: Permission denied"
    bare = OSError(28, "No space left on device")
    assert own_files.error_text(bare, Path("/other")) == "/other: No space left on device"
    assert (
        own_files.error_text(OSError(28, "No space left on device", 7)) == "No space left on device"
    )


def test_what_the_system_says_is_read_in_one_place() -> None:
    package = Path(own_files.__file__).parent.parent
    users = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "strerror" in path.read_text(encoding="utf-8")
    }
    of_stdout = {"cli/__init__.py", "cli/headless.py"}
    assert users == {"core/own_files.py"} | of_stdout
