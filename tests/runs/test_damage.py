"""Checkpoints that were damaged, exchanged or cut: each is seen, and the one before steps in."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from tests import helpers
from tests.runs.kept import resume, sha, start
from tuidl.core.errors import RunError
from tuidl.storage.arrays import read_arrays
from tuidl.storage.checkpoints import Checkpoints
from tuidl.storage.files import SUFFIX, open_checked, write_checked
from tuidl.storage.folder import RunFolder

PRESET = helpers.preset(helpers.LINE, "training.epochs=4")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs with two generations each, of one preset with two seeds."""
    place = tmp_path_factory.mktemp("damage")
    for seed in (1, 2):
        preset = helpers.preset(helpers.LINE, "training.epochs=4", f"training.seed={seed}")
        start(preset, place / f"{seed}", stop_after=9, every=2)
    return place / "1", place / "2"


def cut(path: Path, other: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


def flip(path: Path, other: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def lengthen(path: Path, other: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(1 + chance.randrange(9)))


def of_another_run(path: Path, other: Path, chance: random.Random) -> None:
    for name in (path.name, path.name + SUFFIX):
        shutil.copy(other / "checkpoints" / name, path.with_name(name))


def of_another_time(path: Path, other: Path, chance: random.Random) -> None:
    """The older generation under the newer one's name, with a checksum that is right."""
    older = sorted(path.parent.glob("*.safetensors"))[0]
    write_checked(path, older.read_bytes())


def without_a_checksum(path: Path, other: Path, chance: random.Random) -> None:
    path.with_name(path.name + SUFFIX).unlink()


def a_damaged_checksum(path: Path, other: Path, chance: random.Random) -> None:
    beside = path.with_name(path.name + SUFFIX)
    data = bytearray(beside.read_bytes())
    data[chance.randrange(60)] ^= 1 << chance.randrange(7)
    beside.write_bytes(data)


DAMAGES = [
    cut,
    flip,
    lengthen,
    of_another_run,
    of_another_time,
    without_a_checksum,
    a_damaged_checksum,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_is_seen_and_the_one_before_is_used(
    damage: Callable[[Path, Path, random.Random], None], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    chance = random.Random(str(damage))
    mine, other = runs
    for number in range(150):
        folder = tmp_path / str(number)
        shutil.copytree(mine, folder)
        older, newer = sorted((folder / "checkpoints").glob("*.safetensors"))
        was = RunFolder(folder).checkpoints._files.read(int(older.stem)).state
        damage(newer, other, chance)
        found, problems = RunFolder(folder).checkpoints.newest()
        assert found is not None
        assert found.state == was
        assert len(problems) == 1
        shutil.rmtree(folder)


def test_where_all_are_damaged_it_says_so_and_touches_nothing(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(runs[0], tmp_path / "run")
    for path in (tmp_path / "run" / "checkpoints").glob("*.safetensors"):
        flip(path, runs[1], random.Random(1))
    before = {p: p.read_bytes() for p in (tmp_path / "run" / "checkpoints").iterdir()}
    with pytest.raises(RunError, match=r"no checkpoint is whole: .*damaged.*damaged"):
        resume(tmp_path / "run")
    assert {p: p.read_bytes() for p in (tmp_path / "run" / "checkpoints").iterdir()} == before


def test_a_run_goes_on_from_the_older_one_to_the_same_end(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(runs[0], tmp_path / "whole")
    shutil.copytree(runs[0], tmp_path / "run")
    newest = sorted((tmp_path / "run" / "checkpoints").glob("*.safetensors"))[-1]
    flip(newest, runs[1], random.Random(1))
    assert sha(resume(tmp_path / "run")) == sha(resume(tmp_path / "whole"))


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays | {"parameters/dense_1.kernel": np.zeros((7, 1), np.float32)},
        lambda arrays: arrays | {"parameters/dense_1.kernel": np.zeros((1, 1), np.float64)},
        lambda arrays: arrays | {"parameters/dense_9.kernel": np.zeros(1, np.float32)},
        lambda arrays: {n: v for n, v in arrays.items() if n != "totals"},
        lambda arrays: arrays | {"parameters/dense_1.bias": np.ones(1, np.float32)},
    ],
)
def test_a_checkpoint_of_another_network_is_refused(
    change: Callable[[dict[str, Any]], dict[str, Any]], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    """Whole, with a right checksum, but not what the preset trains."""
    shutil.copytree(runs[0], tmp_path / "run")
    for path in (tmp_path / "run" / "checkpoints").glob("*.safetensors"):
        metadata, arrays = read_arrays(path)
        write_checked(path, save(change(arrays), metadata))
    with pytest.raises(RunError, match="checkpoint"):
        resume(tmp_path / "run")


def test_a_temporary_file_of_a_killed_save_is_not_read(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(runs[0], tmp_path / "run")
    (tmp_path / "run" / "checkpoints" / ".000099.safetensors.17").write_bytes(b"half")
    found, problems = RunFolder(tmp_path / "run").checkpoints.newest()
    assert found is not None
    assert problems == []
    resume(tmp_path / "run")
    assert not list((tmp_path / "run" / "checkpoints").glob(".*"))


def test_only_two_generations_stay(runs: tuple[Path, Path]) -> None:
    names = sorted(path.name for path in (runs[0] / "checkpoints").iterdir())
    assert len(names) == 4
    assert names == sorted({*names, *(f"{n}{SUFFIX}" for n in names if not n.endswith(SUFFIX))})


@pytest.mark.parametrize("name", ["run.json", "summary.json"])
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\x80\x04K\x01.", b"{}" + b" " * (2 << 20)])
def test_records_that_are_none(
    name: str, data: bytes, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(runs[0], tmp_path / "run")
    (tmp_path / "run" / name).write_bytes(data)
    with pytest.raises(RunError, match=name):
        _ = RunFolder(tmp_path / "run").summary


def test_a_checked_file_with_the_wrong_name_is_refused(tmp_path: Path) -> None:
    write_checked(tmp_path / "a", b"1")
    for end in ("", SUFFIX):
        shutil.copy(tmp_path / f"a{end}", tmp_path / f"b{end}")
    with pytest.raises(RunError, match="damaged"), open_checked(tmp_path / "b"):
        pass


def test_nothing_is_ever_unpickled(
    runs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pickle in the place of every file of a run, with a right checksum where there is one."""
    import pickle

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "exploded",))

    bomb = pickle.dumps(Bomb())
    names = [path.relative_to(runs[0]) for path in runs[0].rglob("*") if path.is_file()]
    assert len(names) > 8
    for name in names:
        shutil.copytree(runs[0], tmp_path / "run")
        path = tmp_path / "run" / name
        path.write_bytes(bomb)
        if path.with_name(path.name + SUFFIX).exists():
            write_checked(path, bomb)
        try:
            resume(tmp_path / "run")
            Checkpoints(tmp_path / "run" / "checkpoints", "", "").newest()
        except RunError:
            pass
        shutil.rmtree(tmp_path / "run")
    assert not (tmp_path / "exploded").exists()
    assert pickle.loads(bomb) is None
    assert (tmp_path / "exploded").exists(), "the bomb is one"
