"""The comparison of many runs: every key, at every size."""

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import folders
from tests.tui.quiet import quiet
from tests.tui.waiting import until
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.screens.compare import CompareScreen
from tuidl.tui.screens.help import HelpScreen
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.heading import Heading
from tuidl.tui.widgets.overlay import OverlayChart, StandingTable

SIZES = [(80, 24), (120, 40), (200, 50)]


def foreign(folder: Path, count: int = 4, steps: int = 30) -> list[Path]:
    """Logs of another program: the later, the worse at its end."""
    paths = []
    for n in range(count):
        path = folder / f"log{n}.jsonl"
        lines = [
            {"step": s, "epoch": s / 10, "val_loss": (n + 1) / (s + 1), "acc": s / steps / (n + 1)}
            for s in range(steps + n)
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        paths.append(path)
    return paths


async def read(pilot: Pilot[int]) -> CompareScreen:
    """The screen, once it shows all that is there."""
    screen = pilot.app.screen
    assert isinstance(screen, CompareScreen)
    await until(pilot, lambda: screen.is_read and "reading" not in texts(pilot.app))  # type: ignore[arg-type]
    return screen


def texts(app: Playground) -> str:
    panels = [*app.screen.query(Heading), *app.screen.query(Chart)]
    return "\n".join(panel.render().plain for panel in panels if panel.display)  # type: ignore[attr-defined]


def rows(app: Playground) -> list[str]:
    """What the table says, without its heading."""
    return [
        r for r in app.screen.query_one(StandingTable).render().plain.split("\n")[1:] if r.strip()
    ]


def heading(app: Playground) -> str:
    """The names above the table's columns."""
    found: str = app.screen.query_one(StandingTable).render().plain.split("\n")[0]
    return found


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("unicode", [True, False])
async def test_all_logs_are_drawn_and_listed_the_best_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int], unicode: bool
) -> None:
    app = quiet(monkeypatch, tmp_path, compare=foreign(tmp_path), unicode=unicode)
    async with app.run_test(size=size) as pilot:
        screen = await read(pilot)
        assert screen.query_one(OverlayChart).border_title == "validation loss"
        assert [f"log{n}.jsonl" in row for n, row in enumerate(rows(app))] == [True] * 4
        assert f"{1 / 30:.4g}" in rows(app)[0]
        assert unicode or texts(app).isascii()
        await pilot.press("tab")
        assert screen.query_one(OverlayChart).border_title == "acc"


async def test_nothing_is_to_be_chosen_where_there_is_no_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = quiet(monkeypatch, tmp_path, compare=[])
    async with empty.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "none has begun yet" in texts(empty))
        assert "no run is chosen" not in texts(empty)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path, compare=foreign(tmp_path))


async def test_the_cursor_reads_all_curves_at_once(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.press("x", "home")
        assert screen.compared.view.axis == "step"
        assert "at step 0" in str(screen.query_one(StandingTable).border_title)
        assert [row.split()[1] for row in rows(app)] == ["1.000", "2.000", "3.000", "4.000"]
        await pilot.press("right", "shift+right")
        assert screen.compared.cursor == 11
        await pilot.press("end", "left")
        assert [row.split()[1] for row in rows(app)][-2:] == ["–", "–"], "they ended before"
        await pilot.press("escape")
        assert screen.compared.cursor is None
        await pilot.click(OverlayChart, offset=(40, 10))
        assert screen.compared.cursor is not None
        assert 5 < screen.compared.cursor < 28


async def test_up_and_down_choose_by_rank_and_enter_looks_at_it(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.press("enter")
        assert app.screen is screen, "none is chosen"
        await pilot.press("down")
        assert screen.compared.chosen == (0,)
        await pilot.press("down", "down", "up")
        assert screen.compared.chosen == (1,)
        assert "log1.jsonl" in texts(app).split("\n")[1]
        await pilot.click(StandingTable, offset=(12, 4))
        assert screen.compared.chosen == (2,)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewScreen))
        await pilot.press("q")
        assert app.screen is screen
        await pilot.press("escape")
        assert screen.compared.chosen == ()


async def test_smoothing_scale_and_the_last_part(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.press("s", "s", "s", "S")
        assert screen.compared.view.weight == 0.6
        assert "smoothed 0.6" in texts(app)
        was_log = "log" in screen.compared.words
        before = screen.query_one(OverlayChart).render().plain
        await pilot.press("l")
        assert screen.compared.log is not None
        assert was_log or screen.query_one(OverlayChart).render().plain != before
        await pilot.press("l", "z")
        assert "last 33%" in screen.compared.words


async def test_the_measure_is_chosen_from_a_list(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        await pilot.press("m")
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("a", "c", "c", "enter")
        assert screen.compared.view.measure == "acc"
        assert "log0" in rows(app)[0], "the highest first"


@pytest.mark.slow
async def test_runs_are_grouped_by_a_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    paths = [
        folders.done(f"run{rate}{seed}", f"optimizer.learning_rate={rate}", f"training.seed={seed}")
        for rate in (0.1, 0.2) for seed in (1, 2, 3)
    ]  # fmt: skip
    app = quiet(monkeypatch, tmp_path, compare=paths)
    async with app.run_test(size=(200, 50)) as pilot:
        screen = await read(pilot)
        assert heading(app).split()[-2:] == ["learning_rate", "seed"], "seeds say least"
        assert rows(app)[0].split()[-2:] == ["0.1", "1"]
        await pilot.press("down")
        assert "learning_rate=0.1 seed=1  run0.11" in texts(app)
        await pilot.press("g", "down", "enter")
        assert screen.compared.view.group == "all settings but seeds"
        assert len(rows(app)) == 2
        assert heading(app).split()[-1] == "learning_rate"
        assert rows(app)[0].split()[-2:] == ["3", "0.1"]
        await pilot.press("g", "home", "enter", "x", "x")
        assert (screen.compared.view.group, screen.compared.view.axis) == ("", "time")
        assert "seconds" in texts(app)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)


async def test_marked_runs_open_it_and_leaving_comes_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    for n in range(3):
        folders.done(f"cnn_digits-2026010{n + 1}-120000")
    async with app.run_test(size=(120, 40)) as pilot:
        home = app.screen
        assert isinstance(home, HomeScreen)
        await until(pilot, lambda: bool(home.runs))
        await pilot.press("tab", "space", "space", "c")
        screen = await read(pilot)
        assert len(screen.compared.runs.members) == 2
        await pilot.press("q")
        assert app.screen is home


async def test_what_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    app = quiet(monkeypatch, tmp_path, compare=[tmp_path / "empty", *foreign(tmp_path, 2)])
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await read(pilot)
        assert "no run or log in it" in texts(app)
        assert len(screen.compared.lines) == 2


async def test_nothing_to_draw_is_said_and_no_key_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "words").write_text('{"a": "b"}\n')
    app = quiet(monkeypatch, tmp_path, compare=[tmp_path / "words"])
    async with app.run_test(size=(80, 24)) as pilot:
        await read(pilot)
        keys = "up down left right home end m tab x s S g l z enter"
        await pilot.press(*keys.split())
        assert "no numbers in these logs" in texts(app)
        assert isinstance(app.screen, CompareScreen)
