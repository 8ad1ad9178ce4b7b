"""Names, notes and tags of stored runs, their order and listing, and deletions that are undone."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.tui import folders
from tuidl.cli import cli
from tuidl.core.errors import RunError
from tuidl.core.printable import width
from tuidl.runs.deleted import FOLDER, DeletedRuns, sweep
from tuidl.runs.listing import as_lines, listed
from tuidl.runs.naming import find_run
from tuidl.runs.renaming import rename
from tuidl.storage.contents import LABEL
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import names

FIRST, SECOND = "cnn_digits-20260101-120000", "cnn_digits-20260102-120000"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that is done, and one that is not."""
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    folders.done(FIRST)
    folders.unfinished(SECOND)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_the_order_is_that_of_time_whatever_runs_are_called(place: Path) -> None:
    assert call("rename", FIRST, "zebra").exit_code == 0
    assert call("rename", SECOND, "a wide one").exit_code == 0
    assert names() == ["a wide one", "zebra"]
    assert find_run("last").path.name == "a wide one"
    assert find_run("ze").path == place / "zebra"
    assert [run.run for run in listed()] == ["a wide one", "zebra"]
    assert RunFolder(place / "zebra").preset.name, "it is whole"
    folders.began(place / "a wide one", "2025-01-01T00:00:00Z")
    assert names() == ["zebra", "a wide one"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (SECOND, "already"), ("last", "something else"), ("best:loss", "something else"),
        ("a/b", "no '/'"), ("..", "begin with '.'"), ("--yes", "begin with '-'"), ("", "not empty"),
        (" a", "blanks"), ("a\nb", "not printable"), ("x" * 200, "too long"), ("\x1b[2J", "not "),
    ],
)  # fmt: skip
def test_what_cannot_be_a_name_is_refused_and_nothing_moves(
    place: Path, name: str, problem: str
) -> None:
    with pytest.raises(RunError, match=problem):
        rename(place / FIRST, name)
    assert sorted(path.name for path in place.iterdir()) == [FIRST, SECOND]


def test_a_run_that_is_being_trained_keeps_its_name(place: Path) -> None:
    with RunFolder(place / FIRST).locked(), pytest.raises(RunError, match="another process"):
        rename(place / FIRST, "other")


def test_notes_and_tags_are_kept_shown_and_found(place: Path) -> None:
    call("note", FIRST, "a", "lower rate"), call("tag", FIRST, "#keep", "small")
    assert call("note", FIRST).stdout == "a lower rate\n"
    assert call("tag", FIRST, "--remove", "small").stdout == "keep\n"
    for word in ("#keep", "LOWER"):
        assert [run.run for run in listed((word,))] == [FIRST]
    line = call("runs", "#keep").stdout.splitlines()[1]
    assert line.endswith("#keep  a lower rate")
    (told,) = json.loads(call("runs", "#keep", "--json").stdout)
    assert (told["note"], told["tags"]) == ("a lower rate", ["keep"])
    call("note", FIRST, "--remove"), call("tag", FIRST, "--remove")
    assert not (place / FIRST / LABEL).exists()


@pytest.mark.parametrize(
    "arguments",
    [("tag", FIRST, "two words"), ("tag", FIRST, "x" * 41), ("tag", FIRST, "#"),
     ("tag", FIRST, *map(str, range(21))), ("note", FIRST, "x" * 2001)],
)  # fmt: skip
def test_what_is_no_tag_or_note_is_refused(place: Path, arguments: tuple[str, ...]) -> None:
    assert isinstance(call(*arguments).exception, RunError)
    assert not (place / FIRST / LABEL).exists()


def test_a_damaged_label_hides_no_run(place: Path) -> None:
    (place / FIRST / LABEL).write_text("{")
    assert [run.state for run in listed()] == ["unfinished", "done"]


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_scores_are_seen_at_any_length_of_names(place: Path, columns: int) -> None:
    rename(place / FIRST, "a name that takes more than half of the line, and then some more")
    lines = as_lines(listed(), (), columns)
    text = "\n".join(lines)
    assert "a name that takes more than half of the line, and then some more" in text
    assert all(part in " ".join(text.split()) for part in ("validation loss", "accuracy 9"))
    assert all(width(line) <= max(columns, 64) for line in lines)


def test_deleted_runs_come_back_until_the_session_ends(place: Path) -> None:
    deleted = DeletedRuns()
    assert deleted.take([place / FIRST, place / SECOND, place / "none"])[0].endswith("left alone")
    assert names() == []
    back, problems = deleted.undo()
    assert (sorted(path.name for path in back), problems) == ([FIRST, SECOND], [])
    assert names() == [SECOND, FIRST]
    deleted.take([place / FIRST])
    folders.done(FIRST)
    assert "another run of that name" in deleted.undo()[1][0]
    assert not deleted
    deleted.take([place / SECOND])
    sweep()
    assert list((place / FOLDER).iterdir()), "of a session that is still there"
    deleted.close()
    assert not (place / FOLDER).exists()


def test_what_a_session_left_is_swept_by_a_later_one(place: Path) -> None:
    deleted = DeletedRuns()
    deleted.take([place / FIRST])
    assert deleted._lock is not None
    deleted._lock.close()  # as when its process is killed
    sweep()
    assert not list((place / FOLDER).iterdir())
