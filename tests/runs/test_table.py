"""The table of runs: who is in it, in which order, under which heading, and how it is kept."""

import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.tui import folders
from tuidl.core.errors import RunError
from tuidl.runs.listing import Listed
from tuidl.runs.relisting import FEWEST, Relisting
from tuidl.runs.settings import differing, value_of
from tuidl.runs.table import (
    Heading,
    Keys,
    Order,
    grouped_rows,
    keys_of,
    ordered,
    rows_of,
    scored,
    wanted,
)
from tuidl.storage.labels import Label, read_label, write_label
from tuidl.storage.locations import runs_folder


def run(name: str, accuracy: float | None = None, pinned: bool = False, **more: Any) -> Listed:
    """A run of a preset with the settings ``more``."""
    return Listed(
        run=name, preset="digits", created=f"2026-01-0{ord(name[0]) % 9 + 1}T00:00:00Z",
        state="failed" if accuracy is None else "done", epochs=3, seconds=1.0, part="test",
        scores={} if accuracy is None else {"loss": 1 - accuracy, "accuracy": accuracy},
        weights_sha256=None, settings=more, pinned=pinned,
    )  # fmt: skip


A = run("a", 0.9, rate=0.1, shuffle=True)
B = run("b", 0.7, rate=0.1, shuffle=False)
C = run("c", 0.8, rate=0.01)
D = run("d", rate=0.001)
ALL = [A, B, C, D]
KEYS = keys_of(ALL)


def names(rows: Any) -> str:
    return " ".join(
        f"[{row.values[0]}]" if isinstance(row, Heading) else row.run for row in rows
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "a b c d"),
        ("  ", "a b c d"),
        ("failed", "d"),
        ("Digits DONE", "a b c"),
        ("rate", ""),
        ("rate < 0.1", "c d"),
        ("accuracy > 0.75 and rate >= 0.1", "a"),
        ("shuffle", "a"),
        ("not shuffle", "b"),
        ('state == "failed" or rate == 0.1', "a b d"),
        ("digits and done", ""),
        ("no such words (at all", ""),
    ],
)
def test_a_line_is_a_condition_or_words(text: str, found: str) -> None:
    assert names(wanted(ALL, text, KEYS)) == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("accuracy >", "no condition"),
        ("accurcy > 0.5", "did you mean 'accuracy'"),
        ("rate < 0.1 and", "no condition"),
        ("open('x') == 1", "no condition"),
    ],
)
def test_a_condition_that_fails_says_why(text: str, problem: str) -> None:
    with pytest.raises(RunError, match=problem):
        wanted(ALL, text, KEYS)


def test_what_a_person_said_is_a_condition_too() -> None:
    tagged = replace(C, tags=("keep",), note="lower", pinned=True)
    found = [A, tagged]
    for text in ("pinned", '"keep" in tags', 'note == "lower"', "#keep", "lower"):
        assert names(wanted(found, text, keys_of(found))) == "c", text
    assert names(wanted(found, "not pinned", keys_of(found))) == "a"
    assert value_of(tagged, "tags") == ["keep"]
    assert value_of(A, "tags") is None


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order("accuracy"), "a c b d"),
        (Order("accuracy", True), "b c a d"),
        (Order("loss"), "a c b d"),
        (Order("rate"), "d c a b"),
        (Order("shuffle", True), "a b c d"),
        (Order("nowhere"), "a b c d"),
    ],
)
def test_runs_without_the_value_come_last_in_both_directions(order: Order, found: str) -> None:
    assert names(ordered(ALL, order)) == found


def test_pinned_runs_stay_on_top() -> None:
    found = [A, B, replace(C, pinned=True), replace(D, pinned=True)]
    assert names(rows_of(found, Order("accuracy"))) == "c d a b"
    assert names(rows_of(found, Order("accuracy", True))) == "c d b a"


def test_groups_have_mean_and_deviation_and_count_their_pinned_runs() -> None:
    found = [A, replace(B, pinned=True), C, D]
    rows = grouped_rows(found, Order(), ("rate",), "accuracy", ())
    assert names(rows) == "b [0.001] [0.01] [0.1]"
    last = rows[-1]
    assert isinstance(last, Heading)
    assert (set(last.runs), last.pinned) == ({"a", "b"}, 1)
    assert last.mean == pytest.approx(0.8)
    assert last.deviation == pytest.approx(0.1414, abs=1e-4)
    one, none = rows[2], rows[1]
    assert isinstance(one, Heading)
    assert isinstance(none, Heading)
    assert (one.mean, one.deviation, none.mean) == (0.8, None, None)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order("accuracy"), "[0.01] c [0.1] [0.001]"),
        (Order("accuracy", True), "[0.1] [0.01] c [0.001]"),
        (Order("rate", True), "[0.1] [0.01] c [0.001]"),
        (Order("loss"), "[0.001] [0.01] c [0.1]"),
    ],
)
def test_groups_are_in_the_order_of_their_mean_and_open_to_their_runs(
    order: Order, found: str
) -> None:
    runs = [replace(A, scores={"accuracy": 0.71}), B, C, D]
    assert names(grouped_rows(runs, order, ("rate",), "accuracy", {(0.01,)})) == found


def test_groups_by_two_keys() -> None:
    rows = grouped_rows(ALL, Order(), ("rate", "shuffle"), "accuracy", ())
    assert [row.values for row in rows if isinstance(row, Heading)] == [
        (0.001, None), (0.01, None), (0.1, False), (0.1, True)
    ]  # fmt: skip


def test_keys_say_what_they_are_and_those_that_differ_come_first() -> None:
    found = [run("a", 0.5, same=1, other=0), run("b", 0.5, same=1, other=1)]
    keys = keys_of(found)
    assert list(keys.all)[:2] == ["loss", "accuracy"]
    assert list(keys.all)[-2:] == ["other", "same"]
    assert keys.all["other"] == "0, 1"
    assert keys.all["accuracy"] == "score of 2 runs"
    many = keys_of([run("a", n=number) for number in range(50)])
    assert many.all["n"] == "0, 1, 2, 3, ..."
    assert keys.usual == ("accuracy", "loss", "epochs", "seconds")
    assert Keys({}, {}).usual == ("epochs", "seconds")


def test_the_score_of_groups() -> None:
    assert scored(KEYS, Order("loss"), ()) == "loss"
    assert scored(KEYS, Order("rate"), ("rate", "loss")) == "loss"
    assert scored(KEYS, Order(), ()) == "accuracy"
    assert scored(Keys({}, {}), Order(), ("rate",)) == ""


def test_only_what_differs() -> None:
    rows = differing([{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 1, "c": "x"}])
    assert rows == [("b", ["2", "3", "-"]), ("c", ["-", "-", "x"])]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    return tmp_path / "runs"


def last(relisting: Relisting) -> list[Listed]:
    return list(relisting.batches())[-1]


def test_what_changed_is_seen_and_only_that_is_read(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, failed, broken = folders.done(), folders.failed(), folders.damaged()
    relisting = Relisting()
    assert last(Relisting()) == last(relisting)
    first = {one.run: one for one in last(relisting)}
    assert [first[path.name].state for path in (done, failed, broken)] == [
        "done", "failed", "damaged",
    ]  # fmt: skip
    assert first[done.name].settings["optimizer.type"] == "adam"
    assert first[done.name] is {one.run: one for one in last(relisting)}[done.name]
    write_label(failed, Label(pinned=True))
    os.rename(done, place / "renamed")
    again = {one.run: one for one in last(relisting)}
    assert set(again) == {"renamed", failed.name, broken.name}
    assert again[failed.name].pinned
    shared = [one.settings for one in again.values() if one.settings]
    assert shared[0] is shared[1], "equal settings are kept once"


def test_many_come_in_batches_only_at_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(FEWEST + 3):
        (place / f"odd-{number}").mkdir(parents=True)
        (place / f"odd-{number}" / "run.json").write_text("{")
    relisting = Relisting()
    sizes = [len(batch) for batch in relisting.batches()]
    assert sizes[-1] == FEWEST + 3
    assert FEWEST in sizes
    assert [len(batch) for batch in relisting.batches()] == [FEWEST + 3]


def test_no_folder_at_all_is_no_problem(place: Path) -> None:
    assert last(Relisting()) == []
    assert not runs_folder().exists()


def test_a_pin_stays_through_notes_and_tags(place: Path) -> None:
    path = folders.done()
    write_label(path, Label(pinned=True))
    write_label(path, read_label(path).noted("x").tagged(("y",)))
    assert read_label(path) == Label("x", ("y",), pinned=True)
