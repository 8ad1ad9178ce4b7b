"""The downloader, against a server of our own that misbehaves as servers do."""

import hashlib
import http.server
import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.test_cli import tuidl
from tests.data import data_files
from tuidl.cli.download import download_all
from tuidl.core.errors import DataError
from tuidl.data import SOURCES
from tuidl.data import download as downloader
from tuidl.data.download import download, fetch
from tuidl.data.published import PUBLISHED, DataSet, Download

CONTENT = bytes(range(256)) * 4000
SHA = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves ``files`` below the name of a behaviour: /cut/NAME, /good/NAME, ..."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"data.bin": CONTENT}
        self.asked: list[tuple[str, str | None]] = []

    def url(self, behaviour: str, name: str = "data.bin") -> str:
        return f"http://127.0.0.1:{self.server_port}/{behaviour}/{name}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        behaviour, _, name = self.path[1:].partition("/")
        wanted = self.headers.get("Range")
        self.server.asked.append((behaviour, wanted))
        content = self.server.files.get(name)
        if content is None or behaviour == "missing":
            self.send_error(404)
            return
        start = int(wanted[6:-1]) if wanted and behaviour != "rangeless" else 0
        if start and start >= len(content):
            self.send_error(416)
            return
        if behaviour == "wrong":
            content = content[:-1] + b"x"
        if behaviour == "longer":
            content += b"more"
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = 600_000 if behaviour == "cut" else len(content)
        self.wfile.write(content[start:end])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(downloader, "TIMEOUT", 60.0)


def item(server: Server, *behaviours: str) -> Download:
    return Download("data.bin", len(CONTENT), SHA, tuple(map(server.url, behaviours)))


def quiet(name: str, done: int, total: int) -> None:
    pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_and_its_progress_told(server: Server, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = fetch(item(server, "good"), tmp_path, lambda *words: told.append(words))
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["data.bin"]
    assert told[-1] == ("data.bin", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_cut_transfer_is_taken_up_where_it_ended(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data.bin.part holds the beginning(.|\n)*broken off"):
        fetch(item(server, "cut"), tmp_path, quiet)
    assert (tmp_path / "data.bin.part").stat().st_size == 600_000
    assert fetch(item(server, "good"), tmp_path, quiet).read_bytes() == CONTENT
    assert server.asked == [("cut", None), ("good", "bytes=600000-")]
    assert names(tmp_path) == ["data.bin"]


def test_a_server_that_knows_no_ranges_starts_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / "data.bin.part").write_bytes(CONTENT[:1000])
    assert fetch(item(server, "rangeless"), tmp_path, quiet).read_bytes() == CONTENT
    assert server.asked == [("rangeless", "bytes=1000-")]


@pytest.mark.parametrize("bad", ["missing", "wrong", "cut", "longer"])
def test_the_next_mirror_is_asked(server: Server, tmp_path: Path, bad: str) -> None:
    assert fetch(item(server, bad, "good"), tmp_path, quiet).read_bytes() == CONTENT
    assert names(tmp_path) == ["data.bin"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [("wrong", "another file: its SHA-256 is"), ("longer", "more than the expected 1,024,000")],
)
def test_a_wrong_file_leaves_nothing_behind(
    server: Server, tmp_path: Path, bad: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        fetch(item(server, bad), tmp_path, quiet)
    assert names(tmp_path) == []


@pytest.mark.parametrize("part", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_a_wrong_beginning_is_found_out(server: Server, tmp_path: Path, part: bytes) -> None:
    (tmp_path / "data.bin.part").write_bytes(part)
    assert fetch(item(server, "good", "good"), tmp_path, quiet).read_bytes() == CONTENT


def test_without_a_network_every_address_is_named(server: Server, tmp_path: Path) -> None:
    server.server_close()
    with pytest.raises(DataError, match="cannot be reached") as caught:
        fetch(item(server, "good", "rangeless"), tmp_path, quiet)
    assert server.url("good") in str(caught.value)
    assert server.url("rangeless") in str(caught.value)
    assert names(tmp_path) == []


def test_a_disk_that_is_full_is_named(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    full = io.FileIO("/dev/full", "w")
    monkeypatch.setattr(downloader, "_part", lambda part, done: full)
    with pytest.raises(DataError, match=r"data.bin.part: No space left on device"):
        fetch(item(server, "good"), tmp_path, quiet)
    assert not (tmp_path / "data.bin").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("kind", ["link", "link into nothing", "hard link", "pipe", "folder"])
def test_what_lies_where_a_file_is_fetched_to_is_not_written_through(
    kind: str, server: Server, tmp_path: Path
) -> None:
    """In a folder that is shared, anybody may have put it there."""
    other, part = tmp_path / "other", tmp_path / "data" / "data.bin.part"
    other.write_bytes(b"precious")
    part.parent.mkdir()
    make: dict[str, Callable[[], object]] = {
        "link": lambda: part.symlink_to(other),
        "link into nothing": lambda: part.symlink_to(tmp_path / "nothing"),
        "hard link": lambda: part.hardlink_to(other),
        "pipe": lambda: os.mkfifo(part),
        "folder": part.mkdir,
    }
    make[kind]()
    with pytest.raises(DataError, match=rf"{part}: .*move it away or delete it first"):
        fetch(item(server, "good"), part.parent, quiet)
    assert other.read_bytes() == b"precious"
    assert not (tmp_path / "nothing").exists()


def test_a_folder_that_cannot_be_made_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set").write_text("a file")
    with pytest.raises(DataError, match="set: File exists"):
        download(small_set(server), tmp_path, quiet)


def small_set(server: Server, archive: bytes | None = None) -> DataSet:
    """A data set of two files, from this server: as they are or in an archive."""
    files = {"a": b"first" * 1000, "b": b"second" * 1000}
    contents = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    served = {"set.tar.gz": archive} if archive is not None else files
    server.files |= served
    downloads = tuple(
        Download(name, len(data), hashlib.sha256(data).hexdigest(), (server.url("good", name),))
        for name, data in served.items()
    )
    return DataSet("set", "Set", "set", contents, downloads, archive is not None)


def tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FILES = {"set/a": b"first" * 1000, "set/b": b"second" * 1000}


def test_only_what_is_missing_is_fetched(server: Server, tmp_path: Path) -> None:
    known = small_set(server)
    assert [path.name for path in download(known, tmp_path, quiet)] == ["a", "b"]
    assert download(known, tmp_path, quiet) == []
    (tmp_path / "set" / "b").unlink()
    assert [path.name for path in download(known, tmp_path, quiet)] == ["b"]
    assert len(server.asked) == 3


def test_somebody_elses_file_is_never_written_over(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a").write_bytes(b"mine")
    with pytest.raises(DataError, match="a: not the published file: move it away or delete it"):
        download(small_set(server), tmp_path, quiet)
    assert (tmp_path / "set" / "a").read_bytes() == b"mine"


def test_an_archive_gives_its_known_members_only(server: Server, tmp_path: Path) -> None:
    hostile = {"set/../../out": b"x", "/set/a": b"x", "other/a": b"x", "set/extra": b"x"}
    known = small_set(server, tar(hostile | FILES))
    assert [path.name for path in download(known, tmp_path, quiet)] == ["a", "b"]
    assert names(tmp_path) == ["set"]
    assert names(tmp_path / "set") == ["a", "b"]
    assert (tmp_path / "set" / "a").read_bytes() == FILES["set/a"]


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (tar({"set/a": FILES["set/a"]}), "lacks b"),
        (tar(FILES | {"set/b": b"other"}), "set/b: not the published file"),
        (tar({"set/a": os.urandom(5000)})[:2000], "cannot be unpacked|not the published file"),
        (b"no archive", "cannot be unpacked"),
    ],
    ids=["lacking", "other", "cut", "none"],
)
def test_an_archive_of_something_else_leaves_nothing(
    server: Server, tmp_path: Path, archive: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        download(small_set(server, archive), tmp_path, quiet)
    assert names(tmp_path) == ["set"]
    assert names(tmp_path / "set") == []


MESSAGES = b"ham\tnot now\nspam\tbuy this\n" * 50


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def messages(server: Server, archive: bytes, *behaviours: str) -> DataSet:
    """The messages' data set, from this server, with a file of our own."""
    server.files["sms.zip"] = archive
    mirrors = tuple(server.url(behaviour, "sms.zip") for behaviour in behaviours or ("good",))
    item = Download("sms.zip", len(archive), hashlib.sha256(archive).hexdigest(), mirrors)
    contents = {"SMSSpamCollection": hashlib.sha256(MESSAGES).hexdigest()}
    return replace(PUBLISHED["sms_spam"], contents=contents, downloads=(item,))


def test_messages_are_fetched_unzipped_and_read(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, past a mirror that gives another file and one that breaks off."""
    packed = zipped({"readme": b"x", "../out": b"x", "SMSSpamCollection": MESSAGES})
    known = messages(server, packed, "wrong", "missing", "good")
    (path,) = download(known, tmp_path, quiet)
    assert path.read_bytes() == MESSAGES
    assert [*names(tmp_path), *names(path.parent)] == ["text", "SMSSpamCollection"]
    monkeypatch.setattr("tuidl.data.text.messages.SMS_SPAM", known)
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    split = SOURCES["sms_spam"](validation=0.2).split()
    assert (len(split.train), len(split.validation)) == (80, 20)
    assert download(known, tmp_path, quiet) == []


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (zipped({"other": MESSAGES}), "cannot be unpacked: .*no item named 'SMSSpamCollection'"),
        (zipped({"SMSSpamCollection": MESSAGES[:-1]}), "SMSSpamCollection is not the published"),
        (zipped({"SMSSpamCollection": os.urandom(9000)})[:4000], "cannot be unpacked: File is not"),
        (zipped({"SMSSpamCollection": MESSAGES}).replace(b"PK\x01\x02", b"PK\x09\x09"),
         "cannot be unpacked: Bad magic number"),
        (b"<html>not found</html>", "cannot be unpacked: File is not a zip file"),
    ],
    ids=["lacking", "other", "cut", "damaged", "none"],
)  # fmt: skip
def test_a_zip_of_something_else_leaves_nothing(
    server: Server, tmp_path: Path, archive: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        download(messages(server, archive), tmp_path, quiet)
    assert [*names(tmp_path), *names(tmp_path / "text")] == ["text"]


@pytest.mark.parametrize("behaviour", ["wrong", "longer", "missing"])
def test_a_zip_that_is_not_the_published_one_is_never_opened(
    server: Server, tmp_path: Path, behaviour: str
) -> None:
    known = messages(server, zipped({"SMSSpamCollection": MESSAGES}), behaviour)
    with pytest.raises(DataError, match=r"cannot download sms\.zip"):
        download(known, tmp_path, quiet)
    assert names(tmp_path / "text") == []


def test_links_in_an_archive_are_refused(server: Server, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        info = tarfile.TarInfo("set/a")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(info)
    with pytest.raises(DataError, match="a is no file of the expected size"):
        download(small_set(server, buffer.getvalue()), tmp_path, quiet)


def test_a_small_mnist_from_the_server_trains(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: served, fetched, checked, read."""
    from tuidl.data import mnist
    from tuidl.data.published import MNIST

    place = data_files.write_mnist(tmp_path / "server")
    downloads = []
    for name in ("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz",
                 "train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"):  # fmt: skip
        data = (place / name).read_bytes()
        server.files[name] = data
        checksum = hashlib.sha256(data).hexdigest()
        downloads.append(Download(name, len(data), checksum, (server.url("good", name),)))
    known = replace(MNIST, downloads=tuple(downloads))
    assert len(download(known, tmp_path, quiet)) == 4
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    assert len(mnist.Mnist(validation=0.0).split().train) == 60


def test_the_command_line_offline(tmp_path: Path) -> None:
    nowhere = {"https_proxy": "http://127.0.0.1:9", "TUIDL_DATA_DIR": str(tmp_path)}
    result = tuidl("download", "cifar10", **nowhere)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "cannot download cifar-10-binary.tar.gz" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mnits"], "did you mean 'mnist'"),
        ([], "name one of mnist, fashion_mnist, cifar10, "),
        (["mnist", "--all"], "name one of"),
    ],
)
def test_the_command_line_used_wrongly(arguments: list[str], message: str) -> None:
    result = tuidl("download", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_run_does_not_download_by_itself(tmp_path: Path) -> None:
    override = 'data={source="mnist"}'
    result = tuidl("cnn_digits", "--no-ui", "--set", override, TUIDL_DATA_DIR=str(tmp_path))
    assert result.returncode == 2
    assert "tuidl download mnist" in result.stderr
    assert list(tmp_path.iterdir()) == []


FILMS = "1|Toy Story (1995)|x\n2|Misérables, Les (1995)|y\n3|Heat (1995)|z\n".encode("latin-1")
STARS = b"".join(b"%d\t%d\t%d\t881250949\n" % (u, i, 1 + (u * i) % 5)
                 for u in range(1, 31) for i in range(1, 4))  # fmt: skip


def movielens(server: Server, archive: bytes) -> DataSet:
    server.files["ml.zip"] = archive
    checksum = hashlib.sha256(archive).hexdigest()
    item = Download("ml.zip", len(archive), checksum, (server.url("good", "ml.zip"),))
    files = {"u.data": STARS, "u.item": FILMS}
    contents = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return replace(PUBLISHED["movielens_100k"], contents=contents, downloads=(item,))


def test_ratings_are_fetched_unzipped_and_read(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both files of the archive, of the published layout; a changed one is refused."""
    packed = zipped({"ml-100k/u.data": STARS, "ml-100k/u.item": FILMS, "ml-100k/u.user": b"x"})
    known = movielens(server, packed)
    monkeypatch.setattr("tuidl.data.movielens.MOVIELENS_100K", known)
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    source = SOURCES["movielens_100k"](validation=0.2)
    assert [len(field.classes) for field in source.spec().inputs] == [944, 1683]
    with pytest.raises(DataError, match="MovieLens 100K is not here"):
        source.load()
    assert names(download(known, tmp_path, quiet)[0].parent) == ["u.data", "u.item"]
    users, items = source.spec().inputs
    assert (len(users.classes), items.classes[1]) == (31, "Misérables, Les (1995)")
    split = source.split()
    assert (len(split.train), len(split.validation)) == (72, 18)
    (tmp_path / "ml-100k" / "u.data").write_bytes(STARS[:-2] + b"8\n")
    with pytest.raises(DataError, match="damaged, or not the published file"):
        source.spec()


@pytest.mark.parametrize(
    ("options", "answer", "fetched"),
    [(["--accept"], None, True), ([], None, False), ([], "y\n", True), ([], "\n", False)],
)
def test_terms_are_shown_and_agreed_to(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    options: list[str],
    answer: str | None,
    fetched: bool,
) -> None:
    """By an option, or at a terminal; nothing is fetched before, and nobody is asked twice."""
    packed = zipped({"ml-100k/u.data": STARS, "ml-100k/u.item": FILMS})
    monkeypatch.setitem(PUBLISHED, "movielens_100k", movielens(server, packed))
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO(answer or ""))
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: answer is not None, raising=False)
    folder = tmp_path / "ml-100k"
    agreed = "--accept" in options
    if not fetched:
        with pytest.raises(DataError, match="its terms were not agreed to"):
            list(download_all([PUBLISHED["movielens_100k"]], agreed))
        assert not folder.exists()
    else:
        assert list(download_all([PUBLISHED["movielens_100k"]], agreed)) == [folder]
    assert "terms of use: for research" in capfd.readouterr().err
    if fetched:
        assert list(download_all([PUBLISHED["movielens_100k"]])) == [folder]
