"""Who is held out: shares of small classes, order, groups that stay together."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests import helpers
from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES
from tuidl.data.grouped_splitting import ByGroup
from tuidl.data.shares import held_out
from tuidl.data.splitting import ByClass
from tuidl.training.trainer import Trainer


def held(sizes: list[int], share: float, free: list[int] | None = None) -> list[int]:
    known = np.array(sizes)
    counts: list[int] = held_out(known, known if free is None else np.array(free), share).tolist()
    return counts


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("classes", [2, 10, 200])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.25, 0.5])
def test_the_total_follows_the_share_however_small_classes_are(
    size: int, classes: int, share: float
) -> None:
    counts = np.array(held([size] * classes, share))
    assert abs(counts.sum() - max(1, size * classes * share)) <= 1
    assert (abs(counts - size * share) <= 1).all()


def test_classes_rounded_one_by_one_stay_where_their_sum_is_right() -> None:
    for sizes in ([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], [212, 357], [50, 50, 50]):
        assert held(sizes, 0.2) == [round(size * 0.2) for size in sizes]


def test_the_largest_remainders_get_what_is_missing() -> None:
    assert held([12, 11, 13, 14], 0.1) == [1, 1, 1, 1]  # 5.0 wanted, 1 too few is near enough
    assert held([4, 3, 2, 2, 2, 2], 0.2) == [1, 1, 0, 0, 0, 0]
    assert held([14] * 10, 0.1) == [2] * 4 + [1] * 6  # 14.0 of 1.4 each: 10 without correction


def test_a_class_of_one_example_is_the_last_to_give_it() -> None:
    assert held([1, 1, 1, 2, 2, 2], 0.3) == [0, 0, 0, 1, 1, 1]
    assert sum(held([1] * 10, 0.3)) == 3


@pytest.mark.parametrize("count", range(3, 40, 4))
def test_no_part_that_is_asked_for_is_empty(count: int) -> None:
    random = np.random.default_rng(count)
    labels = random.integers(0, max(count // 2, 1), count)
    for in_order in (False, True):
        parts = ByClass.of(count, labels, 0, in_order).parts(0.1, 0.1)
        assert all(map(len, parts))
        assert sorted(np.concatenate(parts)) == list(range(count))


def test_the_corners_of_xor_are_all_trained_on() -> None:
    assert len(SOURCES["xor"]().split().train) == 4
    assert len(SOURCES["xor"](validation=0.5).split().validation) == 2


def test_early_stopping_never_watches_the_training_part() -> None:
    preset = helpers.preset(
        helpers.LINE, "data.validation=0.2", "training.early_stopping.patience=2"
    )
    split = preset.data.split()
    nothing = type(split)(split.train, split.validation.part(np.arange(0)), split.test)
    with pytest.raises(PresetError, match=r"early_stopping: .*the validation part is empty"):
        Trainer(preset, split=nothing)
    with pytest.raises(PresetError, match=r"early_stopping: .*data\.validation is 0"):
        helpers.preset(helpers.LINE, "data.validation=0.0", "training.early_stopping.patience=2")
    plateau = ("optimizer.schedule.type=reduce_on_plateau", "data.validation=0.0")
    with pytest.raises(PresetError, match=r"optimizer\.schedule: .*data\.validation is 0"):
        helpers.preset(helpers.LINE, *plateau)


def test_without_a_validation_part_no_epoch_is_the_best() -> None:
    preset = helpers.preset(helpers.LINE, "data.validation=0.0", "training.epochs=2")
    trainer = Trainer(preset)
    list(trainer.run())
    assert trainer.state.stopper.best is None


def arrays(folder: Path, **more: object) -> Path:
    x = np.arange(60, dtype=np.float64)[:, None]
    np.savez(folder / "d.npz", x=x, y=np.sin(x[:, 0]), **more)  # type: ignore[arg-type]
    return folder / "d.npz"


def test_ordered_arrays_hold_out_the_last(tmp_path: Path) -> None:
    source = SOURCES["npz"](
        path=str(arrays(tmp_path)), validation=0.2, test=0.1, split_rule="ordered"
    )
    parts = source.split()
    assert parts.train.x[:, 0].tolist() == list(range(42))
    assert parts.validation.x[:, 0].tolist() == list(range(42, 54))
    assert parts.test.x[:, 0].tolist() == list(range(54, 60))
    folds = source.folds(3)
    assert folds[1].validation.x[:, 0].tolist() == list(range(18, 36))


def test_a_series_may_be_split_at_random() -> None:
    source = SOURCES["sine"](points=208, window=8, split_rule="random")
    rows = source.split().rows
    assert rows is not None
    assert len(rows) == 160 < rows.max()
    assert not source.follows_time
    assert SOURCES["sine"]().follows_time


def test_groups_of_an_array_stay_together(tmp_path: Path) -> None:
    who = np.random.default_rng(3).integers(0, 12, 60)
    path = arrays(tmp_path, who=who)
    source = SOURCES["npz"](path=str(path), test=0.2, split_rule="by who")
    split = source.split()
    parts = [set(who[p.x[:, 0].astype(int)]) for p in (split.train, split.validation, split.test)]
    assert sum(map(len, parts)) == 12
    assert all(parts)
    held = [set(who[f.validation.x[:, 0].astype(int)]) for f in source.folds(4)]
    assert sum(map(len, held)) == len(parts[0] | parts[1])
    for fold, seen in zip(source.folds(4), held, strict=True):
        assert not seen & set(who[fold.train.x[:, 0].astype(int)])
    again, other = (
        SOURCES["npz"](path=str(path), test=0.2, split_rule="by who", seed=seed).split()
        for seed in (0, 1)
    )
    np.testing.assert_array_equal(again.train.x, split.train.x)
    assert set(other.train.x[:, 0]) != set(split.train.x[:, 0])


def test_groups_come_near_to_the_shares_of_all_and_of_the_classes() -> None:
    random = np.random.default_rng(0)
    keys = np.repeat(np.arange(40), random.integers(1, 30, 40))
    labels = (random.random(len(keys)) < 0.2).astype(float)
    train, validation, test = ByGroup.of(keys, labels, 0).parts(0.2, 0.1)
    assert abs(len(validation) / len(keys) - 0.2) < 0.03
    assert abs(len(test) / len(keys) - 0.1) < 0.03
    for part in (train, validation, test):
        assert abs(labels[part].mean() - labels.mean()) < 0.05


def test_too_few_groups_are_refused() -> None:
    one = ByGroup.of(np.zeros(9), None, 0, "who")
    with pytest.raises(DataError, match="'who' has too few groups for a validation part: 1"):
        one.parts(0.2, 0.0)
    two = ByGroup.of(np.arange(9) % 2, None, 0, "who")
    with pytest.raises(DataError, match="2 in all"):
        two.parts(0.2, 0.2)
    with pytest.raises(DataError, match="3 folds: 'who' has 2 groups"):
        two.folds(0.0, 3)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("orderd", r"data\.split: expected 'random', 'ordered' or 'by NAME', .* mean 'ordered'"),
        ("by ", "data.split: expected"),
        ("by day", "data.split: 'linear' has nothing to group by"),
    ],
)
def test_rules_that_cannot_be_had_are_refused(rule: str, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        helpers.preset(helpers.LINE, f"data.split={rule!r}").data.split()


def test_an_array_of_groups_must_fit(tmp_path: Path) -> None:
    path = arrays(tmp_path, who=np.zeros((3, 2)))
    with pytest.raises(DataError, match="no array 'wh'; did you mean 'who'"):
        SOURCES["npz"](path=str(path), split_rule="by wh").split()
    with pytest.raises(DataError, match=r"shape \(3, 2\), expected one number an example"):
        SOURCES["npz"](path=str(path), split_rule="by who").split()


def table(folder: Path, header: str = "patient,a,sick", gaps: bool = False) -> Path:
    random = np.random.default_rng(5)
    rows = [
        f"{'' if gaps and i == 7 else f'p{random.integers(9)}' if i % 2 else random.integers(4)},"
        f"{'' if gaps and i == 4 else i},{'yes' if i % 3 else 'no'}"
        for i in range(80)
    ]
    (folder / "d.csv").write_text("\n".join([header, *rows]))
    return folder / "d.csv"


def test_groups_of_a_column_stay_together_and_the_column_is_no_input(tmp_path: Path) -> None:
    path = table(tmp_path)
    source = SOURCES["csv"](path=str(path), target="sick", split_rule="by patient")
    assert source.spec().shape == (1,)
    who = [line.split(",")[0] for line in path.read_text().splitlines()[1:]]
    split = source.split()
    train, held = ({who[int(i)] for i in p.x[:, 0]} for p in (split.train, split.validation))
    assert held
    assert not train & held
    assert train | held == set(who)
    numbered = SOURCES["csv"](path=str(path), target=3, split_rule="by 1", header=True)
    np.testing.assert_array_equal(numbered.split().train.x, split.train.x)


def test_groups_belong_to_the_rows_that_are_left(tmp_path: Path) -> None:
    path = table(tmp_path, gaps=True)
    source = SOURCES["csv"](path=str(path), target="sick", missing="drop_rows", ignore=("patient",))
    grouped = msgspec.structs.replace(source, split_rule="by patient", validation=0.5)
    with pytest.raises(DataError, match=r"line 9, column 'patient': no value, which data\.split"):
        grouped.split()
    path.write_text(path.read_text().replace("\n,7,", "\n0,7,"))
    who = {line.split(",")[1]: line.split(",")[0] for line in path.read_text().splitlines()[1:]}
    split = grouped.split()
    train, held = ({who[f"{i:.0f}"] for i in p.x[:, 0]} for p in (split.train, split.validation))
    assert not train & held


@pytest.mark.parametrize(
    ("rule", "problem"),
    [("by sick", "data.split: 'sick' is the target"), ("by patent", "data.split: no column")],
)
def test_columns_that_cannot_group_are_refused(tmp_path: Path, rule: str, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        SOURCES["csv"](path=str(table(tmp_path)), target="sick", split_rule=rule).split()
