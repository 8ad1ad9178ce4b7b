"""MNIST, Fashion-MNIST and CIFAR-10: the real ones where they are, and whatever is not them."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data import data_files
from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES
from tuidl.data.published import CIFAR10, CIFAR10_PYTHON, MNIST, PUBLISHED

DATA = os.environ.get("TUIDL_DATA_DIR", "")
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
needs_mnist = pytest.mark.skipif(
    not (Path(DATA) / "mnist").is_dir() or not DATA,
    reason="needs the real MNIST: TUIDL_DATA_DIR names no folder with mnist/",
)
needs_cifar = pytest.mark.skipif(
    not (Path(DATA) / "cifar-10-batches-bin").is_dir() or not DATA,
    reason="needs CIFAR-10: TUIDL_DATA_DIR names no folder with cifar-10-batches-bin/",
)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    return tmp_path


@needs_mnist
def test_mnist_is_the_real_one() -> None:
    source = SOURCES["mnist"]()
    train, test = source.load(), source.load_test()
    assert (train.x.shape, test.x.shape) == ((60_000, 28, 28, 1), (10_000, 28, 28, 1))
    assert np.bincount(train.y[:, 0].astype(int)).tolist() == TRAIN_COUNTS
    assert np.bincount(test.y[:, 0].astype(int)).tolist() == TEST_COUNTS
    assert train.y[:5, 0].tolist() == [5, 0, 4, 1, 9]
    assert train.x.dtype == np.float32
    assert (train.x.min(), train.x.max()) == (0, 1)
    assert train.x.mean() == pytest.approx(0.1307, abs=1e-4)  # the figures everybody scales by
    assert train.x.std() == pytest.approx(0.3081, abs=1e-4)
    header = data_files.idx(np.zeros((60_000, 28, 28), np.uint8))[:16]
    pixels = np.round(train.x * 255).astype(np.uint8).tobytes()
    known = MNIST.contents["train-images-idx3-ubyte"]
    assert hashlib.sha256(header + pixels).hexdigest() == known


@needs_mnist
@pytest.mark.parametrize("name", MNIST.contents)
def test_one_bit_of_the_real_mnist_makes_it_refused(base: Path, name: str) -> None:
    place = base / "mnist"
    place.mkdir()
    for file in (Path(DATA) / "mnist").iterdir():
        (place / file.name).symlink_to(file)
    packed = place / f"{name}.gz"
    content = bytearray(gzip.decompress(packed.read_bytes()))
    content[-5] ^= 1
    (place / name).write_bytes(content)
    packed.unlink()
    with pytest.raises(DataError, match=f"{name}: damaged, or not the published file: its sha256"):
        SOURCES["mnist"]().split()


@needs_mnist
@pytest.mark.parametrize("kind", ["images-idx3", "labels-idx1"])
def test_the_real_mnist_with_train_and_test_exchanged_is_refused(base: Path, kind: str) -> None:
    place = base / "mnist"
    place.mkdir()
    other = {"train": "t10k", "t10k": "train"}
    for file in (Path(DATA) / "mnist").iterdir():
        prefix, _, rest = file.name.partition("-")
        (place / f"{other[prefix]}-{rest}").symlink_to(file)
    with pytest.raises(DataError, match="files are exchanged"):
        SOURCES["mnist"]().stored("test" if kind == "labels-idx1" else "train")


@needs_cifar
def test_cifar_as_it_lies_there() -> None:
    source = SOURCES["cifar10"]()
    train, test = source.load(), source.load_test()
    assert len(train) == source.count()
    assert train.x.shape[1:] == (32, 32, 3)
    for part in (train, test):
        counts = np.bincount(part.y[:, 0].astype(int), minlength=10)
        assert np.ptp(counts) == 0
    means = train.x.mean(axis=(0, 1, 2))  # of the published set: 0.4914, 0.4822, 0.4465
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=0.01)


@pytest.mark.parametrize(("source", "folder"), [("mnist", "mnist"),
                                                ("fashion_mnist", "fashion-mnist")])  # fmt: skip
def test_a_smaller_set_in_the_layout_of_mnist(base: Path, source: str, folder: str) -> None:
    place = data_files.write_mnist(base, folder)
    split = SOURCES[source](validation=1 / 6).split()
    assert [len(p) for p in (split.train, split.validation, split.test)] == [50, 10, 20]
    content = gzip.decompress((place / "t10k-images-idx3-ubyte.gz").read_bytes())
    pixels = np.frombuffer(content[16:], np.uint8).reshape(20, 28, 28, 1)
    np.testing.assert_array_equal(split.test.x, (pixels / 255).astype(np.float32))
    assert SOURCES[source]().spec().classes[9] == ("9" if source == "mnist" else "Ankle boot")


def test_validation_on_the_test_set(base: Path) -> None:
    data_files.write_mnist(base)
    split = SOURCES["mnist"](validation="test", normalize="standard").split()
    assert split.validation is split.test
    assert (len(split.train), len(split.test)) == (60, 20)
    assert abs(split.train.x.mean()) < 1e-4


def test_some_examples_as_many_of_each_class(base: Path) -> None:
    data_files.write_mnist(base, train=200, test=100)
    whole = SOURCES["mnist"](validation=0.25).split()
    some = SOURCES["mnist"](validation=0.25, examples=30, test_examples=10).split()
    assert np.bincount(some.train.y[:, 0].astype(int)).tolist() == [3] * 10
    assert np.bincount(some.test.y[:, 0].astype(int)).tolist() == [1] * 10
    np.testing.assert_array_equal(some.validation.x, whole.validation.x)
    other = SOURCES["mnist"](validation=0.25, examples=30, seed=1).split()
    assert not np.array_equal(some.train.x, other.train.x)
    for key, most in (("examples", 150), ("test_examples", 100)):
        with pytest.raises(PresetError, match=rf"data.{key}: {most + 1} of only {most} examples"):
            SOURCES["mnist"](validation=0.25, **{key: most + 1}).split()
    folds = SOURCES["mnist"](examples=30).folds(3)
    assert [(len(fold.train), len(fold.validation)) for fold in folds] == [(20, 10)] * 3


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def _bomb(path: Path) -> None:
    path.write_bytes(gzip.compress(bytes(200 << 20), compresslevel=1))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


def _swap(path: Path) -> None:
    images, labels = path, path.with_name("train-labels-idx1-ubyte.gz")
    content = gzip.compress(labels.with_suffix("").read_bytes())
    labels.write_bytes(images.read_bytes())
    labels.with_suffix("").unlink()
    images.write_bytes(content)


def _text(path: Path) -> None:
    path.write_bytes(b"<html>not found</html>")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_cut, "cut off before the end"),
        (_lengthen, "goes on after the end"),
        (_bomb, "more than 67,108,864 bytes when decompressed"),
        (_flip, "damaged, or no gzip file"),
        (_swap, "no IDX file of images, or exchanged with another"),
        (_text, "damaged, or no gzip file"),
        (_empty, "cut off"),
    ],
)
def test_a_harmed_compressed_file_is_refused(base: Path, harm: Any, message: str) -> None:
    path = data_files.write_mnist(base) / "train-images-idx3-ubyte.gz"
    harm(path)
    with pytest.raises(DataError, match=message) as caught:
        SOURCES["mnist"]().split()
    assert "train-images-idx3-ubyte" in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(59, np.uint8), "60 images but 59 labels"),
        (np.full(60, 10, np.uint8), "labels from 0 to 9"),
        (np.zeros(60_001, np.uint8), r"holds \(60001,\), expected \(60000,\) or fewer"),
    ],
)
def test_labels_that_do_not_fit_are_refused(base: Path, labels: np.ndarray, message: str) -> None:
    path = data_files.write_mnist(base) / "train-labels-idx1-ubyte"
    path.write_bytes(data_files.idx(labels))
    with pytest.raises(DataError, match=message):
        SOURCES["mnist"]().split()


def test_a_file_of_the_published_length_must_be_the_published_one(base: Path) -> None:
    place = data_files.write_mnist(base)
    path = place / "t10k-labels-idx1-ubyte"
    path.write_bytes(data_files.idx(np.zeros(10_000, np.uint8)))
    with pytest.raises(DataError, match=r"damaged, or not the published file.*tuidl download mn"):
        SOURCES["mnist"]().split()
    folder = data_files.write_cifar(base)
    (folder / "data_batch_3.bin").write_bytes(data_files.cifar_records(10_000, 0).tobytes())
    with pytest.raises(DataError, match=r"data_batch_3.bin: damaged, or not the published file"):
        SOURCES["cifar10"]().split()


@pytest.mark.parametrize("name", PUBLISHED)
def test_missing_files_are_named_with_what_to_do(base: Path, name: str) -> None:
    known = PUBLISHED[name]
    with pytest.raises(DataError) as caught:
        SOURCES[name]().split()
    message = str(caught.value)
    for word in (*known.contents, str(base / known.folder), f"tuidl download {name}"):
        assert word in message
    for download in known.downloads:
        assert download.mirrors[0] in message


@pytest.mark.parametrize("layout", ["binary", "python 2", 2, 3, 4, 5])
def test_both_layouts_of_cifar_hold_the_same_images(base: Path, layout: int | str) -> None:
    if layout == "binary":
        data_files.write_cifar(base)
    elif layout == "python 2":
        for seed, name in enumerate(data_files.write_python_cifar(base).iterdir()):
            number = data_files.CIFAR_FILES.index(f"{name.name}.bin")
            name.write_bytes(data_files.python2_pickle(data_files.cifar_records(30, number)))
            assert seed < 6
    else:
        data_files.write_python_cifar(base, protocol=int(layout))
    split = SOURCES["cifar10"](validation=0.0).split()
    assert (len(split.train), len(split.test)) == (150, 30)
    planes = data_files.cifar_records(30, 5)[:, 1:].reshape(30, 3, 32, 32)
    np.testing.assert_array_equal(
        split.test.x, (planes.transpose(0, 2, 3, 1) / 255).astype(np.float32)
    )
    assert SOURCES["cifar10"]().count() >= 150


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (data_files.cifar_records(30, 0).tobytes()[:-1], "expected a multiple of 3073"),
        (b"", "expected labels from 0 to 9"),
        (b"\x0a" * 3073, "expected labels from 0 to 9"),
        (data_files.cifar_records(30, 3).tobytes(), "the same images as data_batch_"),
    ],
)
def test_a_harmed_binary_batch_is_refused(base: Path, content: bytes, message: str) -> None:
    (data_files.write_cifar(base) / "data_batch_2.bin").write_bytes(content)
    with pytest.raises(DataError, match=message):
        SOURCES["cifar10"]().split()


def test_sums_beside_the_files_are_checked(base: Path) -> None:
    place = data_files.write_cifar(base)
    lines = [
        f"{hashlib.sha256((place / name).read_bytes()).hexdigest()} *{name}\n"
        for name in data_files.CIFAR_FILES
    ]
    sums = place / "SHA256SUMS"
    sums.write_text("".join(lines))
    SOURCES["cifar10"]().split()
    (place / "data_batch_4.bin").write_bytes(data_files.cifar_records(30, 9).tobytes())
    with pytest.raises(DataError, match=r"data_batch_4.bin: damaged: its SHA-256 is not the one"):
        SOURCES["cifar10"]().split()
    sums.write_text("".join(lines[:3]))
    with pytest.raises(DataError, match=r"test_batch.bin: not listed in the SHA256SUMS"):
        SOURCES["cifar10"]().split()
    sums.write_text("nonsense\n")
    with pytest.raises(DataError, match="SHA256SUMS: line 1: expected"):
        SOURCES["cifar10"]().split()


def test_what_is_no_file_is_refused(base: Path) -> None:
    place = data_files.write_cifar(base)
    (place / "test_batch.bin").unlink()
    os.mkfifo(place / "test_batch.bin")
    with pytest.raises(DataError, match=r"test_batch.bin: not a file"):
        SOURCES["cifar10"]().split()


def test_known_sums_are_whole_and_all_different() -> None:
    sums = [*CIFAR10.contents.values(), *CIFAR10_PYTHON.values()]
    for known in PUBLISHED.values():
        sums += [*known.contents.values(), *(download.sha256 for download in known.downloads)]
    sums = list(dict.fromkeys(sums))
    assert len(sums) == 6 + 6 + 8 + 8 + 1 + 1 + 1 + 2 + 3
    assert all(len(checksum) in (32, 64) and int(checksum, 16) for checksum in sums)
