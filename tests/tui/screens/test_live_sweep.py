"""A sweep that goes on while the table or the curves are open: its trials join."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runs.test_foreign import put
from tests.sweeps.test_sweeps import folder_of
from tests.tui import folders, story
from tests.tui.quiet import quiet
from tests.tui.screens.test_compare import read, texts
from tests.tui.screens.test_compare import until as shown
from tests.tui.screens.test_run_list import until
from tests.tui.screens.test_workspace import ended, opened, rows, said
from tuidl.runs.joining import trials
from tuidl.runs.log import EventLog
from tuidl.runs.overlaying import Line, Member, Overlaying, View, member
from tuidl.storage.folder import RunFolder
from tuidl.storage.records import Summary
from tuidl.sweeps.coordinator import Coordinator
from tuidl.sweeps.pool import Pool
from tuidl.tui.app import Playground
from tuidl.tui.screens.compare import CompareScreen
from tuidl.tui.screens.workspace import WorkspaceScreen
from tuidl.tui.services import reading_runs
from tuidl.tui.state import TableStart, TableState
from tuidl.tui.widgets.overlay import Compared

SWEEP = "digits-20260101-120000"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    monkeypatch.setattr(reading_runs, "SECONDS_BETWEEN_READS", 0.02)
    return quiet(monkeypatch, tmp_path)


def trial(number: int, accuracy: float | None, rate: float = 0.01) -> Path:
    """The run of a trial, at its end or half way there."""
    told = story.middle() if accuracy is None else ended(accuracy)
    rates = f"optimizer.learning_rate={rate}"
    return folders.kept_run(f"{SWEEP}-{number:04}", told, rates)  # type: ignore[arg-type]


def end(path: Path, accuracy: float) -> None:
    """Have a run that was half way come to its end."""
    log, last = EventLog(path / "events.jsonl"), ended(accuracy)[-1]
    log.write(last)  # type: ignore[arg-type]
    log.close()
    RunFolder(path).write_summary(Summary(ended=last))  # type: ignore[arg-type]


async def test_trials_join_the_table_and_cursor_and_marks_stay(app: Playground) -> None:
    folders.done("other"), trial(0, 0.9)
    half = trial(1, None)
    async with opened(app) as (pilot, screen):
        screen.table.choose(half.name)
        await pilot.press("S")
        await pilot.pause()
        assert rows(screen).split() == [f"{SWEEP}-0001", f"{SWEEP}-0000"]
        screen._choices.sort = "accuracy"
        screen.table.choose(f"{SWEEP}-0000")
        await pilot.press("space", "home")
        screen.table.choose(half.name)
        trial(2, 0.95), end(half, 0.7), folders.done("unlike")
        screen.reread()
        await until(pilot, lambda: "5 runs, 3 shown, 1 marked" in said(screen, "#heading"))
        await until(pilot, lambda: screen.table.chosen.state == "done")  # type: ignore[union-attr]
        assert [name[-4:] for name in rows(screen).split()] == ["0002", "0000", "0001"]
        assert screen.table.chosen.run == half.name  # type: ignore[union-attr]
        assert screen.marked == {f"{SWEEP}-0000"}
        screen.filter_line.clear()
        await pilot.pause()
        screen.table.choose("other")
        await pilot.press("S")
        assert screen.filter_line.text == "", "no trial of a sweep"


async def test_curves_of_all_trials_go_on_with_those_that_begin(app: Playground) -> None:
    for number in range(3):
        trial(number, 0.9 + number / 100, 0.01 * (number + 1))
    async with opened(app) as (pilot, _screen):
        await pilot.press("S", "a", "c")
        compared = await read(pilot)
        assert isinstance(compared, CompareScreen)
        await pilot.press("down", "down", "x", "left")
        chosen, view = compared.compared.chosen, compared.compared.view
        cursor = compared.compared.cursor
        trial(3, 0.99, 0.05)
        await shown(pilot, lambda: len(compared.compared.lines) == 4)
        assert texts(app).startswith("4 runs  "), "all of which have the measure"
        assert (compared.compared.chosen, compared.compared.view) == (chosen, view)
        assert compared.compared.cursor == cursor
        assert any("0.05" in line.label for line in compared.compared.lines)
        await pilot.press("p")
        assert len(app.screen.results.tables) == 4  # type: ignore[attr-defined]


def test_a_run_that_begins_later_is_read_before_it_joins(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the screen says for a moment that it has no curve."""
    reading = reading_runs.RunsReading([trial(0, 0.9)], trials(SWEEP))
    joined: list[bool] = []
    read = Member.read

    def note(one: Member) -> bool:
        if one.path.name == f"{SWEEP}-0001":
            joined.append(one in reading.runs.members)
            if len(joined) > 1:
                reading.close()
        return read(one)

    def begins(seconds: float) -> None:
        if not (folders.runs_folder() / f"{SWEEP}-0001").exists():
            trial(1, 0.9)

    monkeypatch.setattr(Member, "read", note)
    monkeypatch.setattr(reading._closed, "wait", begins)
    reading._read_all()
    assert joined == [False, True]


def test_runs_and_lines_are_those_of_one_moment(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late another run joins."""
    members = [member(trial(number, 0.9)) for number in range(3)]
    assert all(one.read() for one in members)
    compared = Compared()
    compared.runs = Overlaying(members[:2])
    lines, late = compared.runs.lines, members[2:]

    def joined_meanwhile(view: View) -> list[Line]:
        found = lines(view)
        if late:
            compared.runs.join([late.pop()])
        return found

    monkeypatch.setattr(compared.runs, "lines", joined_meanwhile)
    compared.renew()
    assert compared.members == members
    assert [line.numbers for line in compared.lines] == [(0,), (1,), (2,)]


def test_which_run_was_read_first_does_not_decide_what_is_shown(app: Playground) -> None:
    """Until all were read; from then on what is shown stays, and so does what a key chose."""
    validated = [member(trial(number, 0.9)) for number in range(2)]
    assert all(one.read() for one in validated)
    log = put(folders.runs_folder() / "other" / "log.csv", "step,loss\n0,1\n1,0.5\n")
    alone = member(log)
    assert alone.read()
    compared = Compared()
    compared.runs = Overlaying([alone])
    compared.renew(is_read=False)
    assert (compared.view.measure, compared.view.axis) == ("loss", "step")
    compared.runs.join(validated)
    compared.renew(is_read=True)
    assert (compared.view.measure, compared.view.axis) == ("validation loss", "epoch")
    compared.choose_view(replace(compared.view, measure="loss"))
    compared.renew(is_read=True)
    assert compared.view.measure == "loss"


async def test_all_is_read_is_said_with_all_curves_alone(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late the reading ends."""
    app._first_compare = [trial(number, 0.9) for number in range(2)]
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        screen._reading.is_done = False
        renew = screen.compared.renew

        def read_meanwhile(*, is_read: bool) -> None:
            renew(is_read=is_read)
            screen._reading.is_done = True

        monkeypatch.setattr(screen.compared, "renew", read_meanwhile)
        screen._draw()
        assert "reading run" in texts(app)
        screen._draw()
        assert texts(app).startswith("2 runs  ")


@pytest.mark.slow
async def test_a_chosen_group_stays_chosen_when_a_run_joins_it(
    app: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        trial(number, 0.9, 0.01 * (number % 2 + 1))
    app._first_compare, app._joining = [], trials(SWEEP)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await shown(pilot, lambda: len(screen.compared.lines) == 4)
        screen._set_group("optimizer.learning_rate")
        screen.compared.choose(0)
        numbers = screen.compared.chosen
        trial(4, 0.9, 0.01), trial(5, 0.9, 0.02)
        await shown(pilot, lambda: len(screen.compared.chosen) == 3)
        assert set(screen.compared.chosen) > set(numbers)


async def test_marked_runs_alone_stay_as_they_are(app: Playground) -> None:
    for number in range(3):
        trial(number, 0.9)
    async with opened(app) as (pilot, _screen):
        await pilot.press("space", "space", "c")
        compared = await read(pilot)
        assert compared._reading._joining is None


async def test_the_table_opens_a_sweep_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    start = TableStart(f"sweep == '{SWEEP}'", TableState(groups=["sweep"]))
    app = quiet(monkeypatch, tmp_path, table=start)
    for number in range(3):
        trial(number, 0.9)
    folders.done("other")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        assert isinstance(screen, WorkspaceScreen)
        await until(pilot, lambda: screen._is_whole and not screen._is_reading)
        assert rows(screen).split()[0] == f"[{SWEEP}]"
        assert rows(screen).count("-000") == 3, "its group is open"
        assert app.state.table.groups == [], "what was asked for is not remembered"
        await pilot.press("escape", "escape")
        assert app.return_value == 0, "the program was started for the table"


@pytest.mark.slow
async def test_a_real_sweep_fills_the_curves_while_it_trains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reading_runs, "SECONDS_BETWEEN_READS", 0.05)
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    sweep = folder_of()
    app = quiet(monkeypatch, tmp_path, compare=[], joining=trials(sweep.name))

    def train() -> None:
        with Pool(1) as pool:
            list(Coordinator(sweep, pool).run())

    training = threading.Thread(target=train)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await shown(pilot, lambda: "none has begun yet" in texts(app))  # type: ignore[arg-type]
        training.start()
        seen = set()
        while training.is_alive():
            await pilot.pause(0.05)
            seen.add(len(screen.compared.lines))
        await shown(pilot, lambda: len(screen.compared.lines) == 6)
        assert len(seen) > 2, "they joined one by one"
        members = screen.compared.members
        await shown(pilot, lambda: all("validation accuracy" in one.results for one in members))
        assert screen._reading.problems == []
    training.join()
