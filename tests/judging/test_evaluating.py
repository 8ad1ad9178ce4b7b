"""Judgements of networks on their held-out parts and on files."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.judging.networks import network, table_network, write_table
from tuidl.core.errors import DataError
from tuidl.core.printable import width
from tuidl.inference import rows
from tuidl.inference.trained import MOST_AT_ONCE
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.file_subject import of_file
from tuidl.judging.records import Judgement
from tuidl.judging.subject import of_part
from tuidl.judging.text import as_markdown, as_text

FEW = Options(resamples=50)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judged") / "table.csv"
    write_table(path)
    return path


def test_a_part_is_judged_by_its_own_targets(table: Path) -> None:
    judged = table_network(table)
    subject = of_part(judged.preset, judged.preparation)
    assert subject.data == "test part of the run's data, 20 examples"
    found = evaluated(judged, subject, FEW)
    answers = judged.decoded(subject.x).argmax(axis=1)
    assert found.score("accuracy").value == np.mean(answers == subject.y[:, 0])
    assert [sum(row) for row in found.confusion.counts] == [c.are for c in found.classes]  # type: ignore[union-attr]
    baseline = found.score("accuracy").baseline
    assert baseline == max(c.are for c in found.classes) / 20


def test_the_seed_decides_intervals_and_nothing_else(table: Path) -> None:
    judged = table_network(table)
    subject = of_part(judged.preset, judged.preparation)
    first, again, other = (
        evaluated(judged, subject, Options(seed=seed, resamples=50)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.score("brier").value == other.score("brier").value
    ends = [(found.score("brier").low, found.score("brier").high) for found in (first, other)]
    assert ends[0] != ends[1]
    assert msgspec.json.decode(msgspec.json.encode(first), type=Judgement) == first


def test_areas_of_many_classes_have_no_intervals(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would take too long; a note says so, also where two networks are compared."""
    judged, other = table_network(table), table_network(table, seed=1)
    subject = of_part(judged.preset, judged.preparation)
    usual = evaluated(judged, subject, FEW)
    monkeypatch.setattr("tuidl.judging.judged.MOST_RANKS", 2 * 20 * 50 - 1)
    found = evaluated(judged, subject, FEW, (other, subject))
    for score, before in zip(found.scores, usual.scores, strict=True):
        is_area = score.name.startswith(("roc_area", "average_precision"))
        assert score == (
            msgspec.structs.replace(before, low=None, high=None) if is_area else before
        )
    assert any(note.startswith("no intervals of areas below curves") for note in found.notes)
    assert found.comparison is not None
    differences = {d.name: d for d in found.comparison.differences}
    assert differences["roc_area_macro"].low is None
    assert differences["brier"].low is not None
    as_text(found)


def test_a_file_with_all_rows_of_a_part_is_judged_as_the_part(table: Path, tmp_path: Path) -> None:
    """Prepared as the run learned it, though the file alone would be scaled otherwise."""
    judged = table_network(table)
    part = of_part(judged.preset, judged.preparation)
    lines = table.read_text().splitlines()
    places = [int(name.removeprefix("line ")) - 1 for name in part.origin.names]  # type: ignore[union-attr]
    new = tmp_path / "new.csv"
    new.write_text("\n".join([lines[0], *(lines[i] for i in places)]))
    of_new = of_file(judged.preset, judged.preparation, new)
    np.testing.assert_array_equal(of_new.x, part.x)
    first, second = (evaluated(judged, subject, FEW) for subject in (part, of_new))
    assert first.scores == second.scores


def test_rows_that_cannot_be_judged_are_counted(table: Path, tmp_path: Path) -> None:
    judged = table_network(table)
    new = tmp_path / "new.csv"
    new.write_text("age,city,price,bought\n30,Rome,60,no\n40,Rome,80,\n50,Oslo,100,yes\n")
    subject = of_file(judged.preset, judged.preparation, new)
    assert subject.origin is not None
    assert subject.origin.names == ("line 2", "line 4")
    assert "1 of 3 examples are left out" in subject.notes[0]
    assert "line 3 has no target" in subject.notes[0]


@pytest.mark.parametrize("gaps", [False, True])
def test_a_file_is_judged_alike_whole_and_some_rows_at_a_time(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gaps: bool
) -> None:
    judged = table_network(table)
    heading, *lines = table.read_text().splitlines() * 2
    lines = [line for line in lines if line != heading]
    if gaps:
        lines[3] = ",".join([*lines[3].split(",")[:-1], ""])
        lines[70] = ",".join(["x", *lines[70].split(",")[1:]])
    new = tmp_path / "new.csv"
    new.write_text("\n".join([heading, *lines, ""]))

    def judgement() -> Judgement:
        return evaluated(judged, of_file(judged.preset, judged.preparation, new), FEW)

    whole = judgement()
    monkeypatch.setattr(rows, "AT_ONCE", MOST_AT_ONCE)
    assert judgement() == whole
    assert bool(whole.notes) == gaps


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("age,city,price,bought\n30,Rome,60,jes\n", "line 2, column 'bought': 'jes' is no class"),
        ("age,city,price,bougt\n30,Rome,60,no\n", "no column 'bought', which is the target; did"),
    ],
)
def test_what_is_wrong_with_a_file(table: Path, tmp_path: Path, text: str, problem: str) -> None:
    judged = table_network(table)
    new = tmp_path / "new.csv"
    new.write_text(text)
    with pytest.raises(DataError, match=r"new\.csv") as raised:
        of_file(judged.preset, judged.preparation, new)
    assert problem in str(raised.value)


def test_data_that_has_changed_has_no_held_out_part(table: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    shutil.copy(table, copy)
    judged = table_network(copy)
    of_part(judged.preset, judged.preparation)
    with pytest.raises(DataError, match="has changed since"):
        of_part(judged.preset, judged.preparation, has_changed=True)


def test_slices_cover_all_examples(table: Path) -> None:
    judged = table_network(table)
    subject = of_part(judged.preset, judged.preparation)
    found = evaluated(judged, subject, Options(resamples=20, by=("city", "age"))).slices
    for column in ("city", "age"):
        parts = [part for part in found if part.column == column]
        assert sum(part.count for part in parts) == 20
        assert all(part.small for part in parts)
        mean = sum(part.count * (part.score.value or 0.0) for part in parts) / 20
        assert mean == pytest.approx(parts[0].score.baseline)
    with pytest.raises(DataError, match="did you mean 'city'"):
        evaluated(judged, subject, Options(by=("citi",)))


def test_importance_finds_the_column_that_is_used(table: Path) -> None:
    """Weights by hand: the answer follows from the age alone."""
    judged = table_network(table, "price")
    kernel = judged.parameters["dense_1.kernel"]
    assert judged.preparation.table is not None
    names = judged.preparation.table.inputs
    kernel[...] = 0
    kernel[names.index("age")] = 2
    subject = of_part(judged.preset, judged.preparation)
    found = evaluated(judged, subject, Options(resamples=0, repeats=3))
    assert found.importance is not None
    first, *others = found.importance.columns
    assert first.column == "age"
    assert first.mean > 10
    assert {(row.mean, row.deviation) for row in others} == {(0.0, 0.0)}
    assert found.score("r2").value > 0.99  # type: ignore[operator]
    assert found.score("r2").low is None


def test_worst_examples_have_their_rows(table: Path) -> None:
    judged = table_network(table, "price")
    subject = of_part(judged.preset, judged.preparation)
    found = evaluated(judged, subject, FEW)
    lines = table.read_text().splitlines()
    off = np.abs(judged.decoded(subject.x) - subject.y)[:, 0]
    assert found.worst[0].loss == off.max()
    for worst in found.worst:
        line = lines[int(worst.example.removeprefix("line ")) - 1].split(",")
        assert worst.values["id"] == line[0]
        assert float(worst.true) == float(line[3])


def test_two_networks_on_the_same_examples(table: Path, tmp_path: Path) -> None:
    first, second = (table_network(table, seed=seed) for seed in (0, 5))
    subjects = [of_part(n.preset, n.preparation) for n in (first, second)]
    found = evaluated(first, subjects[0], FEW, (second, subjects[1])).comparison
    alone = [evaluated(n, s, FEW) for n, s in zip((first, second), subjects, strict=True)]
    assert found is not None
    by_name = {difference.name: difference for difference in found.differences}
    values = [a.score("log_loss").value for a in alone]
    assert by_name["log_loss"].difference == pytest.approx(values[0] - values[1])  # type: ignore[operator]
    rights = [n.decoded(s.x).argmax(1) == s.y[:, 0] for n, s in zip((first, second), subjects,
                                                                      strict=True)]  # fmt: skip
    assert found.mcnemar is not None
    assert found.mcnemar.only_first == (rights[0] & ~rights[1]).sum()
    same = evaluated(first, subjects[0], FEW, (first, subjects[0])).comparison
    assert same is not None
    assert {d.difference for d in same.differences if d.difference is not None} == {0.0}
    other = tmp_path / "other.csv"
    write_table(other, 60)
    third = table_network(other)
    with pytest.raises(DataError, match="its held-out examples are others"):
        evaluated(first, subjects[0], FEW, (third, of_part(third.preset, third.preparation)))


def test_positive_class_threshold_and_costs(table: Path) -> None:
    judged = table_network(table)
    subject = of_part(judged.preset, judged.preparation)
    never = evaluated(judged, subject, Options(resamples=0, positive="no", threshold=1.0))
    by_name = {c.name: c for c in never.classes}
    assert never.positive == "no"
    assert by_name["no"].given == (judged.decoded(subject.x)[:, 0] >= 1).sum()
    free = evaluated(judged, subject, Options(resamples=0, costs=(0, 1))).thresholds
    assert free is not None
    best = next(row for row in free.rows if "cost" in row.best_by)
    assert best.cost == 0
    assert best.recall == 1
    with pytest.raises(DataError, match="no class 'maybe'"):
        evaluated(judged, subject, Options(positive="maybe"))


LABELS = """
data = {source = "npz", path = "%s", test = 0.3, task = "regression"}
layers = [{type = "dense"}]
loss = {type = "binary_cross_entropy"}
optimizer = {type = "sgd"}
training = {epochs = 1, batch_size = 8}
"""


def test_labels_and_numbers_of_arrays(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x, path = random.normal(size=(60, 4)).astype(np.float32), tmp_path / "data.npz"
    np.savez(path, x=x, y=(x[:, :3] > 0).astype(np.float32))
    judged = network('name = "labels"' + LABELS % path)
    found = evaluated(judged, of_part(judged.preset, judged.preparation), FEW)
    assert found.kind == "labels"
    assert [each.name for each in found.classes] == ["1", "2", "3"]
    assert len(found.curves) == 3
    new = tmp_path / "new.npz"
    np.savez(new, x=x[:5], y=(x[:5, :3] > 0))
    assert of_file(judged.preset, judged.preparation, new).y.tolist() == (x[:5, :3] > 0).tolist()
    text = LABELS.replace("binary_cross_entropy", "mse") % path
    numbers = network('name = "numbers"' + text)
    found = evaluated(numbers, of_part(numbers.preset, numbers.preparation), FEW)
    assert found.kind == "numbers"
    assert len(found.residuals) == 3
    assert found.score("mape").value is None
    assert any("true values are 0" in note for note in found.notes)


def test_a_series_is_drawn_in_blocks() -> None:
    judged = network(
        'name = "sine"\ndata = {source = "sine", points = 300, window = 12, test = 0.2}\n'
        'layers = [{type = "gru", units = 3}, {type = "dense"}]\nloss = {type = "mse"}\n'
        'optimizer = {type = "sgd"}\ntraining = {epochs = 1, batch_size = 8}'
    )
    subject = of_part(judged.preset, judged.preparation)
    found = evaluated(judged, subject, FEW)
    assert found.groups == -(-len(subject) // round(len(subject) ** (1 / 3)))
    assert "follow each other in time" in found.notes[0]
    assert found.notes[1].startswith(f"{found.groups} groups are few")


@pytest.mark.parametrize("target", ["bought", "price"])
def test_reports_are_readable(table: Path, target: str) -> None:
    judged = table_network(table, target)
    subject = of_part(judged.preset, judged.preparation)
    options = Options(resamples=50, by=("city",), repeats=2)
    found = evaluated(judged, subject, options, (judged, subject))
    lines = as_text(found)
    assert max(map(width, lines)) <= 80
    for word in ("baseline", "95% interval", "Worst examples", "By city", "Importance", "Against"):
        assert word in "\n".join(lines)
    assert all(line.isascii() for line in as_text(found, unicode=False))
    document = as_markdown(found)
    tables = [line for line in document if line.startswith("| ")]
    assert len(tables) > 20
    assert document.count("```text") == document.count("```")


def test_names_in_a_report_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_table(path)
    path.write_text(path.read_text().replace("Rome", "\x1b[31m|Rome"))
    judged = table_network(path)
    found = evaluated(judged, of_part(judged.preset, judged.preparation), FEW)
    assert "\x1b" not in "\n".join([*as_text(found), *as_markdown(found)])
