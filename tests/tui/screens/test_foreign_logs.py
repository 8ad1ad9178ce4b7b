"""Logs of other programs in the table of runs: every key, and their curves beside those of runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.logs.event_files import write
from tests.runs.test_foreign import NAME, lightning, put, timed
from tests.tui import folders
from tests.tui.quiet import quiet
from tests.tui.screens.test_compare import read, texts
from tests.tui.screens.test_compare import until as shown
from tests.tui.screens.test_run_list import notices, until
from tests.tui.screens.test_workspace import drawn, rows, said
from tuidl.runs.joining import logs
from tuidl.tui.dialogs.delete import DeleteScreen
from tuidl.tui.dialogs.differences import DifferencesScreen
from tuidl.tui.screens.compare import CompareScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.screens.workspace import WorkspaceScreen
from tuidl.tui.services import reading_runs
from tuidl.tui.state import TableStart

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two logs of Lightning and one of TensorBoard."""
    found = tmp_path / "logs"
    lightning(found, 0), lightning(found, 1, 0.3)
    write(found / "tb" / NAME, [timed(n, 2.5 * n, 1 / (n + 1)) for n in range(5)])
    return found


@asynccontextmanager
async def opened(
    monkeypatch: pytest.MonkeyPatch, folder: Path, size: tuple[int, int] = (120, 40), text: str = ""
) -> AsyncIterator[tuple[Pilot[int], WorkspaceScreen]]:
    monkeypatch.setattr(reading_runs, "SECONDS_BETWEEN_READS", 0.02)
    app = quiet(monkeypatch, folder.parent, table=TableStart(text, None, (folder,)))
    folders.done("own")
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, WorkspaceScreen)
        await until(pilot, lambda: screen._is_whole and not screen._is_reading)
        yield pilot, screen


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
async def test_logs_stand_beside_runs_sorted_and_filtered(
    monkeypatch: pytest.MonkeyPatch, folder: Path, size: tuple[int, int]
) -> None:
    async with opened(monkeypatch, folder, size) as (pilot, screen):
        assert "4 runs" in said(screen, "#heading")
        assert any("logs/version_1" in line and "·" in line for line in drawn(screen))
        assert all(len(line) <= size[0] for line in drawn(screen))
        assert screen.table.choose("logs/tb")
        await pilot.pause()
        assert "TensorBoard, 5 points" in said(screen, "#about")
        screen._choices.sort = "best.validation.loss"
        screen._arrange()
        assert rows(screen).split()[:2] == ["logs/version_1", "logs/version_0"]
        assert "by best.validation.loss, the smallest first" in said(screen, "#heading")
        screen.filter_line.put("lr > 0.06 and points > 1")
        await pilot.pause()
        assert rows(screen) == "logs/version_0"
        screen.filter_line.put("format == 'TensorBoard'")
        await pilot.pause()
        assert rows(screen) == "logs/tb"


async def test_what_cannot_be_done_with_a_log_is_said(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    async with opened(monkeypatch, folder) as (pilot, screen):
        screen.table.choose("logs/tb")
        keys = {
            "r": "resumed", "m": "modified", "x": "exported", "p": "predicted with",
            "E": "evaluated", "f2": "renamed", "n": "given a note", "t": "given tags",
        }  # fmt: skip
        for key, what in keys.items():
            await pilot.press(key)
            assert pilot.app.screen is screen
            assert f"logs/tb is a log of another program: it cannot be {what}" in notices(pilot.app)
        for key, what in (("d", "deleted"), ("asterisk", "pinned")):
            await pilot.press(key)
            assert pilot.app.screen is screen
            assert f"1 of 1 is a log of another program: what they are is not {what}" in notices(
                pilot.app
            )
        await pilot.press("a", "d")
        assert isinstance(pilot.app.screen, DeleteScreen), "the run of ours can be"
        assert "3 of 4 are logs of other programs" in notices(pilot.app)
        await pilot.press("escape")
        assert (folder / "tb" / NAME).exists()


async def test_one_is_viewed_and_compared_alone(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    async with opened(monkeypatch, folder) as (pilot, screen):
        for name in ("logs/tb", "logs/version_0"):
            screen.table.choose(name)
            for key in ("enter", "v"):
                await pilot.press(key)
                await pilot.pause()
                assert isinstance(pilot.app.screen, ViewScreen)
                await pilot.press("q")
            await pilot.press("c")
            compared = await read(pilot)
            assert len(compared.compared.lines) == 1
            await pilot.press("q")
        assert pilot.app.screen is screen


async def test_curves_of_logs_and_of_a_run_lie_over_each_other(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    async with opened(monkeypatch, folder) as (pilot, _):
        await pilot.press("a", "equals_sign")
        assert isinstance(pilot.app.screen, DifferencesScreen)
        await pilot.press("escape", "c")
        compared = await read(pilot)
        assert "3 of 4 runs have 'validation loss'" in texts(pilot.app)  # type: ignore[arg-type]
        labels = {line.label for line in compared.compared.lines}
        assert len(labels) == 3
        compared._set_measure("loss")
        await pilot.press("x")
        assert compared.compared.view.axis == "time"
        (line,) = compared.compared.lines
        assert line.x.tolist() == [0, 2.5, 5, 7.5, 10]


async def test_a_log_that_is_being_written_joins_the_curves_of_its_folder(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(reading_runs, "SECONDS_BETWEEN_READS", 0.02)
    joining = logs(folder)
    app = quiet(monkeypatch, folder.parent, compare=list(joining()), joining=joining)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        assert isinstance(screen, CompareScreen)
        await pilot.press("down")
        chosen = screen.compared.chosen
        put(folder / "new" / "log.csv", "epoch,val_loss\n0,1\n1,0.5")
        await shown(pilot, lambda: "3 of 4 runs" in texts(app))  # type: ignore[arg-type]
        assert screen.compared.chosen == chosen
        put(folder / "bad" / NAME, "\0" * 50)
        await shown(pilot, lambda: "checksum" in " ".join(screen._reading.problems))  # type: ignore[arg-type]
        assert len(screen.compared.lines) == 3


async def test_damage_is_a_row_and_no_key_fails(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    put(folder / "bad" / NAME, "\0" * 50)
    async with opened(monkeypatch, folder, text="bad") as (pilot, screen):
        assert rows(screen) == "logs/bad"
        assert "checksum" in said(screen, "#about")
        for key in ("enter", "v", "r", "d", "asterisk", "c", "S", "space", "equals_sign", "k"):
            await pilot.press(key)
            await pilot.pause()
            while not isinstance(pilot.app.screen, WorkspaceScreen):
                await pilot.press("escape")
                await pilot.pause()
