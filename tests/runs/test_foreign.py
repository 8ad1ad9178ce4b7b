"""Logs of other programs as rows beside the runs, whatever state their files are in."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.logs.event_files import event, field, record, simple, write
from tests.tui import folders
from tuidl.core.errors import RunError
from tuidl.logs.folder import source_at
from tuidl.runs import foreign
from tuidl.runs.foreign import ForeignLogs, listed_with, titles
from tuidl.runs.labelling import distinct_names
from tuidl.runs.listing import DAMAGED, LOG, Listed, as_lines
from tuidl.runs.log_memory import NAME as NAME_OF_MEMORY
from tuidl.runs.overlaying import Overlaying, View, member
from tuidl.runs.settings import in_order, those_where, to_json, value_of, with_settings
from tuidl.runs.table import Order, keys_of, ordered, scored, wanted
from tuidl.runs.trials import trial_of

NAME = "events.out.tfevents.1.host"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def lightning(folder: Path, version: int, best: float = 0.5) -> Path:
    """A log of Lightning: loss of the validation part is ``best`` in the middle."""
    lines = ["epoch,step,train_loss,val_loss,lr-Adam"]
    for n, value in enumerate((2 * best, best, 1.5 * best)):
        lines += [f"{n},{10 * n},{value / 2},,0.01", f"{n},{10 * n},,{value},"]
    put(folder / f"version_{version}" / "hparams.yaml", f"lr: {0.1 / (version + 1)}\nname: net\n")
    return put(folder / f"version_{version}" / "metrics.csv", "\n".join(lines) + "\n")


def timed(step: int, seconds: float, value: float) -> bytes:
    summary = field(5, field(1, simple("epoch_loss", value)))
    return record(field(1, 1.7e9 + seconds) + field(2, step) + summary)


def rows(*folders: Path) -> dict[str, Listed]:
    return {row.run: row for row in ForeignLogs(folders).look()}


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("TUIDL_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "logs"
    lightning(folder / "pl", 0), lightning(folder / "pl", 1, 0.3)
    write(folder / "tb" / "train" / NAME, [timed(n, 2.5 * n, 1 / (n + 1)) for n in range(5)])
    write(folder / "tb" / "validation" / NAME, [timed(n, 2.5 * n, 2 / (n + 1)) for n in range(5)])
    lines = [{"step": n, "loss": 3 - n, "acc": n / 4} for n in range(4)]
    put(folder / "json" / "a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_each_log_is_a_row_with_what_it_says(logs: Path) -> None:
    found = rows(logs)
    assert list(found) == ["logs/json", "logs/pl/version_0", "logs/pl/version_1", "logs/tb"]
    one = found["logs/pl/version_0"]
    assert (one.format, one.state, one.points) == ("CSV", LOG, 3)
    assert (one.part, one.scores) == ("validation", {"loss": 0.75})
    assert one.numbers == {
        "train.loss": 0.375, "best.train.loss": 0.25, "validation.loss": 0.75,
        "best.validation.loss": 0.5, "lr_Adam": 0.01, "epoch": 2.0,
    }  # fmt: skip
    assert one.settings == {"lr": 0.1, "name": "net"}
    board = found["logs/tb"]
    assert (board.format, board.points, board.seconds) == ("TensorBoard", 5, 10.0)
    assert board.numbers["best.validation.loss"] == pytest.approx(0.4)
    assert found["logs/json"].scores == {"loss": 0.0, "acc": 0.75}
    assert {value_of(row, "epochs") for row in found.values()} == {None}


def test_rows_are_sorted_and_filtered_beside_runs(logs: Path) -> None:
    folders.done("own")
    every = with_settings(listed_with([logs], (), None))
    assert len(every) == 5
    assert [run.run for run in those_where(every, "best.validation.loss < 0.4")] == [
        "logs/pl/version_1"
    ]
    assert [run.run for run in those_where(every, "lr > 0.06")] == ["logs/pl/version_0"]
    assert [run.run for run in those_where(every, "format == 'tuidl'")] == ["own"]
    assert [run.run for run in those_where(every, "points > 4")] == ["logs/tb"]
    order = [run.run for run in in_order(every, "best.validation.loss")]
    assert order[:3] == ["logs/pl/version_1", "logs/tb", "logs/pl/version_0"]
    keys = keys_of(every)
    assert keys.numbers["best.validation.loss"] == 3
    assert "best.validation.loss" in keys.all
    assert scored(keys, Order(), ()) in keys.scores
    assert len(wanted(every, "pl", keys)) == 2
    assert len(wanted(every, "train.loss < 1", keys)) == 3
    assert ordered(every, Order("lr"))[0].run == "logs/pl/version_1"
    assert [run.run for run in listed_with([logs], ("TB",), None)] == ["logs/tb"]
    assert [run.run for run in listed_with([logs], (), "done")] == ["own"]
    lines = as_lines(every)
    assert any("version_0" in line and "CSV, 3 points" in line for line in lines)
    assert {one["run"] for one in json.loads(to_json(every))} == {run.run for run in every}


def test_a_log_that_grows_and_one_that_begins_are_seen(logs: Path) -> None:
    looking = ForeignLogs([logs])
    before = {row.run: row for row in looking.look()}
    again = {row.run: row for row in looking.look()}
    assert all(again[name] is row for name, row in before.items()), "nothing is read twice"
    with (logs / "json" / "a.jsonl").open("a") as file:
        file.write('{"step": 4, "loss": -1, "acc": 1}\n{"step": 5, "lo')
    lightning(logs / "pl", 2)
    after = {row.run: row for row in looking.look()}
    assert after.keys() - before.keys() == {"logs/pl/version_2"}
    assert after["logs/json"].points == 5
    assert after["logs/json"].scores["loss"] == -1
    assert after["logs/tb"] is before["logs/tb"]
    (logs / "json" / "a.jsonl").unlink()
    assert "logs/json" not in {row.run for row in looking.look()}


def test_many_logs_keep_no_file_open(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST_FOLLOWED", 2)
    for n in range(20):
        write(logs / "many" / f"r{n}" / NAME, [event(0, simple("loss", 1.0))])
    open_before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    looking = ForeignLogs([logs])
    assert len(list(looking.look())) == 24
    assert len(looking._followed) == 2
    if open_before:
        assert len(os.listdir("/proc/self/fd")) == open_before


def test_names_never_collide(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        lightning(tmp_path / parent / "logs", 0)
    found = rows(tmp_path / "a" / "logs", tmp_path / "b" / "logs", tmp_path / "a")
    assert list(found) == ["a/logs/version_0", "b/logs/version_0"], "none twice"
    assert titles([Path("/x/a"), Path("/x/b")]) == ["a", "b"]
    assert titles([Path("/x/a/l"), Path("/y/a/l")]) == ["x/a/l", "y/a/l"]
    paths = [Path("/p/v0/metrics.csv"), Path("/p/v1/metrics.csv"), Path("/p/x")]
    assert distinct_names(paths) == ["v0/metrics.csv", "v1/metrics.csv", "x"]
    assert distinct_names([Path("a"), Path("a")]) == ["a", "a"]
    assert trial_of("logs/a-20260101-120000-0001") is not None


def test_runs_of_ours_below_a_folder_are_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "elsewhere"))
    folders.done("mine")
    assert rows(tmp_path) == {}, "it is listed among the runs"
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    (found,) = rows(tmp_path).values()
    assert (found.state, found.is_foreign) == ("done", False)
    assert found.path == tmp_path / "elsewhere" / "mine"
    assert found.settings["optimizer.type"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut/" + NAME, None, ""),
        ("bad/" + NAME, b"\x00" * 40, "the checksum of a record's length is wrong"),
        ("words/" + NAME, b"not an event file at all, but words", "checksum"),
        ("none.jsonl", b"", ""),
        ("words.jsonl", b"hello\nworld\n", "JSON object"),
        ("texts.jsonl", b'{"a": "b"}\n', "no numbers"),
        ("bytes.jsonl", b"\xff\xfe\x00\x01\n" * 9, "no UTF-8 text"),
        ("head.csv", b"epoch,loss\n", ""),
        ("nan.jsonl", b'{"step": 1, "loss": NaN, "acc": -Infinity, "x": 1e999}\n', ""),
        ("list.jsonl", b'{"step": 1, "loss": [1, 2], "deep": ' + b'{"a":' * 500 + b"1" + b"}" * 500
         + b"}\n", ""),
    ],
)  # fmt: skip
def test_hostile_files_are_rows_with_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None, said: str
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    lightning(tmp_path / "logs" / "good", 0)
    path = put(tmp_path / "logs" / name, "")
    if content is None:
        write(path, [event(n, simple("loss", float(n))) for n in range(5)])
        content = path.read_bytes()[:-7]
    path.write_bytes(content)
    found = rows(tmp_path / "logs")
    assert found["logs/good/version_0"].state == LOG
    (other,) = (row for row in found.values() if "good" not in row.run)
    if said:
        assert other.state == DAMAGED
        assert said in other.problem
        assert "\n" not in other.problem
    elif name in ("none.jsonl", "head.csv"):
        assert (other.state, other.points) == (LOG, 0), "it has only begun"
    elif "cut" in name:
        assert (other.state, other.points, other.scores) == (LOG, 4, {"loss": 3.0})
    assert as_lines(list(found.values()))
    keys = keys_of(found.values())
    for key in keys.all:
        ordered(list(found.values()), Order(key))


def test_a_table_of_ten_thousand_columns_is_a_row(tmp_path: Path) -> None:
    header = ",".join(f"loss{n}" for n in range(9_999))
    values = ",".join("1" for _ in range(9_999))
    put(tmp_path / "wide.csv", f"step,{header}\n" + "".join(f"{s},{values}\n" for s in range(3)))
    (row,) = rows(tmp_path).values()
    assert row.points == 3
    assert len(row.scores) == 8
    assert len(row.numbers) <= 513, "256 measures with last and best"
    runs = Overlaying([member(tmp_path / "wide.csv")])
    runs.members[0].read()
    assert len(runs.measures()) == 9_999
    assert len(runs.lines(runs.settled(View()))) == 1


def test_a_folder_that_goes_away_is_a_row_that_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    path = lightning(folder, 0)
    looking = ForeignLogs([folder])
    list(looking.look())
    for file in sorted(folder.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    folder.rmdir()
    (row,) = looking.look()
    assert (row.run, row.state) == ("logs/", DAMAGED)
    assert "No such file" in row.problem
    assert not path.exists()


def test_nothing_below_a_folder_is_an_error_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    with pytest.raises(RunError, match="no log below it; expected are lines of JSON"):
        listed_with([tmp_path], (), None)


def test_curves_over_the_wall_time_and_named_by_hyper_parameters(logs: Path) -> None:
    paths: list[Any] = [logs / "tb", logs / "pl" / "version_0", logs / "pl" / "version_1"]
    runs = Overlaying([member(path) for path in paths])
    for one in runs.members:
        one.read()
    assert runs.axes("validation loss") == ["epoch", "step", "time"]
    (line,) = runs.lines(View("validation loss", "time"))
    assert line.x.tolist() == [0, 2.5, 5, 7.5, 10]
    assert runs.labels == ["tb", "lr=0.1", "lr=0.05"]
    assert len(runs.lines(View("validation loss", "epoch"))) == 3, "epoch_loss is loss"
    grouped = runs.lines(View("validation loss", "epoch", group="lr"))
    assert [line.numbers for line in grouped] == [(2,), (1,), (0,)]
    runs.join([member(folders.done("own"))])
    assert runs.labels == ["tb", "version_0", "version_1", "own"], "presets have other keys"
    assert all(len(runs.told(group).values) == 4 for group in ("", "lr"))
    runs.close()


def test_a_log_that_did_not_change_is_not_read_at_the_next_start(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(logs)
    read: list[Path] = []

    def source(path: Path) -> Any:
        read.append(path)
        return source_at(path)

    monkeypatch.setattr(foreign, "source_at", source)
    assert rows(logs) == before
    assert not read
    inner = rows(logs / "pl")
    assert not read, "the same logs, called otherwise"
    assert {name.partition("/")[0] for name in inner} == {"pl"}
    with (logs / "json" / "a.jsonl").open("a") as file:
        file.write('{"step": 4, "loss": -7.0, "acc": 1.0}\n')
    assert any(row.scores.get("loss") == -7.0 for row in rows(logs).values())
    assert read == [logs / "json"]


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"\x82\xa7version\xa10\xa4logs\x80"])
def test_what_was_remembered_may_be_damaged(logs: Path, content: bytes) -> None:
    before = rows(logs)
    [kept] = (logs.parent / "cache").rglob(NAME_OF_MEMORY)
    kept.write_bytes(content)
    assert rows(logs) == before
    kept.unlink()
    kept.symlink_to("/dev/zero")
    assert rows(logs) == before
