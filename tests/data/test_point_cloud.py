"""Points to imitate: shapes, clouds, one's own."""

from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import DataError, PresetError
from tuidl.data.cloud_edits import (
    LEAST_NOISE,
    MOST_NOISE,
    with_cloud,
    with_noise,
    without_nearest,
)
from tuidl.data.point_cloud import MOST_PUT, PointCloud
from tuidl.data.point_file import read_points
from tuidl.preset.library import load_preset

RING = 8


@pytest.mark.parametrize("shape", ["line", "ring", "moons", "grid"])
def test_points_have_the_size_and_the_noise_that_is_asked_for(shape: str) -> None:
    exact = PointCloud(shape=shape, points=301, noise=0.0, radius=3.0, modes=4).load().x
    noisy = PointCloud(shape=shape, points=301, noise=0.5, radius=3.0, modes=4).load().x
    assert exact.shape == (301, 2)
    assert 2.5 < np.abs(exact).max() < 3.01
    assert (noisy - exact).std() == pytest.approx(0.5, rel=0.1)
    again = PointCloud(shape=shape, points=301, noise=0.5, radius=3.0, modes=4).load().x
    assert np.array_equal(noisy, again)


def test_clouds_have_as_many_points_each() -> None:
    for source, count in ((PointCloud(), RING), (PointCloud(shape="grid", modes=5), 25)):
        centres = source.centres()
        assert len(centres) == count
        x = source.load().x
        nearest = np.linalg.norm(x[:, None] - centres, axis=2).argmin(axis=1)
        assert np.ptp(np.bincount(nearest)) <= 2 + 0.02 * len(x) / count
    assert np.linalg.norm(PointCloud(radius=1.5).centres(), axis=1) == pytest.approx(1.5)
    assert not len(PointCloud(shape="line").centres())
    assert PointCloud(shape="grid", modes=1).centres().tolist() == [[0.0, 0.0]]


def test_targets_are_the_points_and_parts_are_those_of_other_sources() -> None:
    split = PointCloud(points=100, validation=0.2, test=0.1).split()
    assert [len(part) for part in (split.train, split.validation, split.test)] == [70, 20, 10]
    assert np.array_equal(split.train.x, split.train.y)


def test_own_points_come_from_a_list_and_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("\ufeffx;y\n1;2\n\n-3.5;4e-1\n")
    assert read_points(file).tolist() == [[1, 2], [-3.5, 0.4]]
    source = PointCloud(
        shape="own", put=((5, 6), (7, 8)), path="mine.csv", points=6, noise=0, validation=0
    )
    source = source.resolve_paths(tmp_path)
    own = [[1, 2], [-3.5, np.float32(0.4)], [5, 6], [7, 8]]
    assert source.count() == 6
    assert source.split().train.x.tolist() == own + own[:2]
    assert not len(source.centres())
    put = PointCloud(shape="own", put=((5, 6), (-1, 0)), noise=0.1)
    assert put.centres().tolist() == [[5, 6], [-1, 0]]
    assert np.abs(put.load().x[::2] - [5, 6]).max() < 1


@pytest.mark.parametrize("parted", ["1,2", "1 2", "1\t2", " 1 , 2 ", "+1.0;2."])
def test_columns_are_parted_as_files_have_it(parted: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(f"{parted}\n{parted}\n")
    assert read_points(file).tolist() == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("1,2\n3\n", 2),
        ("1,2,3\n", 1),
        ("a,b\n1,b\n", 2),
        ("x,y\nx,y\n", 2),
        ("1,nan\n", 1),
        ("1,1e9\n", 1),
        ("1,2\n1;;2\n", 2),
    ],
)
def test_a_line_that_is_no_point_is_named(content: str, line: int, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=f"line {line}: expected two numbers"):
        read_points(file)


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("data.shape=own", "needs 'put'"),
        ("data.shape=rings", "rings"),
        ("data.put=[[1,2]]", "need shape 'own'"),
        ("data.path=mine.csv", "need shape 'own'"),
        ("data.put=[[1,2,3]]", "data.put"),
        ("data.put=[[1,2e9]]", "data.put"),
        ("data.modes=0", "data.modes"),
        ("data.radius=0", "data.radius"),
        ("data.noise=-1", "data.noise"),
    ],
)
def test_settings_that_make_no_points_are_refused(setting: str, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        load_preset("gan_points", (setting,))


def test_a_path_stays_in_the_presets_folder(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(load_preset("gan_points").to_toml())
    with pytest.raises(PresetError, match="leaves the preset's folder"):
        load_preset(file, ("data.shape=own", "data.path='../x.csv'"))


def test_a_path_on_the_command_line_starts_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.csv").write_text("1,2\n3,4\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_preset("gan_points", ("data.shape=own", "data.path=mine.csv")).data.load()
    monkeypatch.chdir(tmp_path / "below")
    preset = load_preset("gan_points", ("data.shape=own", "data.path='../mine.csv'"))
    assert preset.data.load()
    assert Path(preset.data.path).samefile(tmp_path / "mine.csv")  # type: ignore[attr-defined]


def test_a_file_without_points_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("x,y\n")
    with pytest.raises(DataError, match="no points"):
        PointCloud(shape="own", path=str(tmp_path / "none.csv")).load()
    with pytest.raises(DataError, match="nowhere"):
        PointCloud(shape="own", path=str(tmp_path / "nowhere.csv")).load()


def test_clouds_are_put_and_taken_away_by_hand() -> None:
    ring = PointCloud(modes=3)
    more = with_cloud(ring, 0.123, -4.0)
    assert more.shape == "own"
    assert more.put == ((2.0, 0.0), (-1.0, 1.73), (-1.0, -1.73), (0.12, -4.0))
    fewer = without_nearest(more, 1.5, 0.5)
    assert fewer.put == more.put[1:]
    assert without_nearest(ring, 1.5, 0.5).put == ((-1.0, 1.73), (-1.0, -1.73))
    assert with_cloud(PointCloud(shape="moons"), 1, 2).put == ((1.0, 2.0),)
    alone = with_cloud(PointCloud(shape="line"), 1, 2)
    for source in (alone, PointCloud(shape="line")):
        with pytest.raises(DataError, match="cloud"):
            without_nearest(source, 0, 0)
    with pytest.raises(DataError, match="at most"):
        with_cloud(PointCloud(shape="own", put=((0.0, 0.0),) * MOST_PUT), 0, 0)


def test_noise_has_bounds() -> None:
    source = PointCloud(noise=0.0)
    for _ in range(30):
        source = with_noise(source, 1)
    assert source.noise == MOST_NOISE
    for _ in range(30):
        source = with_noise(source, -1)
    assert source.noise == LEAST_NOISE
