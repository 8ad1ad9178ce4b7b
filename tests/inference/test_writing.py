"""Predictions with their inputs, rows that have none, and tables from a pipe."""

import csv
import gzip
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import preset
from tests.inference.predicted import predicted, trained_on
from tuidl.core.errors import DataError
from tuidl.data.spec import ExampleSpec
from tuidl.inference import rows, writing
from tuidl.inference.piped import piped_table
from tuidl.inference.predictions import Predictions
from tuidl.inference.trained import MOST_AT_ONCE
from tuidl.model.model import Model
from tuidl.nn.losses.classification import CrossEntropy
from tuidl.preset.schema import Preset
from tuidl.tasks.choice import task_for
from tuidl.tasks.texts import as_percentages


def to_csv(found: Predictions) -> str:
    return "".join(writing.to_csv(found))


def to_json(found: Predictions) -> str:
    return "".join(writing.to_json(found))


def to_json_lines(found: Predictions) -> str:
    return "".join(writing.to_json_lines(found))


TABLE = """
name = "table"
layers = [{type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd"}
training = {batch_size = 4}
[data]
source = "csv"
path = "people.csv"
target = "paid"
normalize = "standard"
"""
PEOPLE = "age,job,paid\n" + "".join(
    f"{20 + i},{job},{paid}\n"
    for i, (job, paid) in enumerate([("clerk", "yes"), ("smith", "no"), ("baker, old", "yes")] * 4)
).replace("baker, old", '"baker, old"')
NEW = 'id,age,job,note\n7,30,clerk,"a ""b"""\n8,x1,smith,\n9,41.5,"baker, old",=1\n'


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "new.csv").write_text(NEW)
    return trained_on(Preset.parse(TABLE, folder=tmp_path))


def test_a_row_that_cannot_be_read_is_marked_and_the_others_answered(
    model: Model, tmp_path: Path
) -> None:
    found = predicted(model, tmp_path / "new.csv")
    (tmp_path / "good.csv").write_text(NEW.replace("x1", "30"))
    whole = predicted(model, tmp_path / "good.csv")
    first, bad, third = found.records
    assert (first, third) == (whole.records[0], whole.records[2])  # to the digit
    assert bad["example"] == "2"
    assert "line 3, column 'age': 'x1'" in bad["problem"]
    lines = found.table()
    assert lines[0].split() == ["example", "class", "probability", "else", "problem"]
    assert lines[1].split() == whole.table()[1].split()
    assert "'x1'" in lines[2]


def test_a_file_without_a_row_that_can_be_read_is_refused(model: Model, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("age,job\nx,clerk\ny,smith\n")
    with pytest.raises(DataError, match="line 2, column 'age': 'x'"):
        predicted(model, tmp_path / "bad.csv")


def test_csv_has_the_inputs_before_the_predictions(model: Model, tmp_path: Path) -> None:
    found = predicted(model, tmp_path / "new.csv")
    heading, *rows = csv.reader(io.StringIO(to_csv(found)))
    shares = ["predicted_class", "probability", "probability_no", "probability_yes"]
    assert heading == ["id", "age", "job", "note", *shares, "problem"]
    assert rows[0][:4] == ["7", "30", "clerk", 'a "b"']
    assert rows[2][:4] == ["9", "41.5", "baker, old", "=1"]
    assert rows[1][4:8] == [""] * 4
    assert "'x1'" in rows[1][8]
    for row, record in zip((rows[0], rows[2]), (found.records[0], found.records[2]), strict=True):
        assert row[4] == record["class"]
        assert [float(share) for share in row[6:8]] == list(record["probabilities"].values())


def test_json_lines_have_the_inputs_too(model: Model, tmp_path: Path) -> None:
    found = predicted(model, tmp_path / "new.csv")
    lines = [json.loads(line) for line in to_json_lines(found).splitlines()]
    assert [line.pop("inputs") for line in lines] == [
        {"id": 7, "age": 30, "job": "clerk", "note": 'a "b"'},
        {"id": 8, "age": "x1", "job": "smith", "note": None},
        {"id": 9, "age": 41.5, "job": "baker, old", "note": "=1"},
    ]
    assert lines == list(found.records) == json.loads(to_json(found))


def test_several_files_are_one_list(model: Model, tmp_path: Path) -> None:
    one = predicted(model, tmp_path / "new.csv")
    both = Predictions.joined([one, one])
    assert both.records == one.records * 2
    assert to_csv(both).splitlines()[4:] == to_csv(one).splitlines()[1:]
    (tmp_path / "other.csv").write_text("age,job\n30,clerk\n")
    with pytest.raises(DataError, match="other columns"):
        to_csv(Predictions.joined([one, predicted(model, tmp_path / "other.csv")]))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"a,b\n1,2\n", "stdin.csv"),
        (b'\n {"a": 1}\n', "stdin.jsonl"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "stdin.csv.gz"),
        (gzip.compress(b'{"a": 1}\n', mtime=0), "stdin.jsonl.gz"),
        (b"\x1f\x8b\x08...", "stdin.csv.gz"),
    ],
)
def test_what_comes_through_a_pipe_is_named_by_its_kind(text: bytes, name: str) -> None:
    with piped_table(io.BytesIO(text)) as path:
        assert path.name == name
        assert path.read_bytes() == text
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"win it, now\nsee you\n", "stdin.txt"),
        (b"\xef\xbb\xbfid;my review\n1;good\n", "stdin.csv"),
        (b'"my review"\ngood\n', "stdin.csv"),
        (b'{"my review": "good"}\n', "stdin.jsonl"),
        (gzip.compress(b"so good\n", mtime=0), "stdin.txt.gz"),
    ],
)
def test_lines_of_text_come_through_a_pipe_too(text: bytes, name: str) -> None:
    with piped_table(io.BytesIO(text), "my review") as path:
        assert path.name == name
    with piped_table(io.BytesIO(b"text\n"), "") as path:  # a column without a name
        assert path.name == "stdin.txt"


def test_errors_of_a_pipe_name_stdin() -> None:
    with (
        pytest.raises(DataError, match=r"^stdin: line 3: wrong"),
        piped_table(io.BytesIO(b"a")) as path,
    ):
        raise DataError(f"{path}: line 3: wrong")
    with pytest.raises(DataError, match=r"^stdin: nothing"), piped_table(io.BytesIO(b" \n")):
        pass


def test_columns_say_what_records_say() -> None:
    """Of many classes, equal shares and an answer that is no number among them."""
    random = np.random.default_rng(0)
    shares = random.dirichlet([0.3] * 5, 200)
    shares[0] = 0.2
    task = task_for(ExampleSpec((3,), 5, tuple("abcde")), CrossEntropy())
    found = Predictions(task, tuple(map(str, range(200))), shares)
    for line, record in zip(found.table()[1:], found.records, strict=True):
        order = sorted(record["probabilities"].items(), key=lambda pair: -pair[1])
        (best, share), *others = order[:3]
        listed = ", ".join(f"{name} {share:.1%}" for name, share in others)
        assert line.split(maxsplit=3)[1:] == [best, f"{share:.1%}", listed]


def test_percentages_are_rounded_as_python_rounds_them() -> None:
    random = np.random.default_rng(1)
    shares = np.concatenate(
        [random.random(5000), np.arange(2001) / 2000, [0.0, 1.0, 1e-9, 0.99949999, 0.0005]]
    )
    assert as_percentages(shares) == [f"{share:.1%}" for share in shares]


def test_an_answer_that_is_no_number_is_marked(tmp_path: Path) -> None:
    """Where one example is far beyond all others, these are still answered."""
    from tests.helpers import LINE

    model = trained_on(preset(LINE))
    np.save(tmp_path / "x.npy", np.array([[0.5], [np.nan], [0.25]]))
    found = predicted(model, tmp_path / "x.npy")
    assert [("problem" in record) for record in found.records] == [False, True, False]
    assert "example 2 has values that are not finite" in found.problems[1]


def rounded(text: str) -> str:
    return re.sub(r"\d\.\d{6,}", lambda found: f"{float(found[0]):.6f}", text)


@pytest.mark.parametrize("at_once", [4, 7, 64])
def test_rows_some_at_a_time_give_the_same_as_all_together(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Rows that cannot be read, alone and many together, categories that training has not seen,
    gaps, and a second file."""
    fields = ["30", "x", "", "1e39", "41.5", "-0.0", "7"]
    jobs = ["clerk", "smith", "pilot", '"baker, old"', "", '"a\nb"']
    lines = [
        f"{i},{'z' if 20 <= i < 36 else fields[i % len(fields)]},{jobs[i % len(jobs)]}"
        for i in range(70)
    ]
    for name, some in (("many.csv", lines), ("few.csv", lines[:5])):
        (tmp_path / name).write_text("\n".join(["id,age,job", *some, ""]))

    def all_texts() -> list[str]:
        parts = [predicted(model, tmp_path / name) for name in ("many.csv", "few.csv")]
        both = Predictions.joined(parts)
        ways = (to_csv, to_json, to_json_lines, lambda found: "\n".join(found.table()))
        return [way(found) for found in (parts[0], both) for way in ways]

    whole = all_texts()
    assert "note" in whole[0].splitlines()[0]
    monkeypatch.setattr(rows, "AT_ONCE", at_once)
    if at_once % MOST_AT_ONCE:  # BLAS takes other ways through batches of other sizes
        assert list(map(rounded, all_texts())) == list(map(rounded, whole))
    else:
        assert all_texts() == whole


def test_a_table_that_is_read_in_parts_is_refused_as_a_whole_one(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.csv").write_text("age,job\n" + "x,clerk\n" * 9)
    monkeypatch.setattr(rows, "AT_ONCE", 4)
    with pytest.raises(DataError, match="line 2, column 'age': 'x'"):
        predicted(model, tmp_path / "bad.csv")
