"""Scores of many runs: each page and key, at every size."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import folders
from tests.tui.quiet import quiet
from tests.tui.screens.test_compare import foreign, read, texts
from tests.tui.waiting import until
from tuidl.tui.app import Playground
from tuidl.tui.screens.compare import CompareScreen
from tuidl.tui.screens.results import ResultsScreen
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.widgets.results import Results, ResultsPage

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    return [
        folders.done(f"run-{kind}-{seed}", f"optimizer.type={kind}", f"training.seed={seed}")
        for kind in ("adam", "sgd") for seed in (1, 2, 3)
    ]  # fmt: skip


async def opened(pilot: Pilot[int]) -> None:
    """Open the scores from the curves, and wait until they are there."""
    await read(pilot)
    await pilot.press("p")
    await until(pilot, lambda: bool(pilot.app.screen.query(ResultsPage)) and bool(title(pilot.app)))  # type: ignore[arg-type]


def title(app: Playground) -> str:
    return str(app.screen.query_one(ResultsPage).border_title or "")


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("unicode", [True, False])
async def test_the_pages_of_runs_with_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, paths: list[Path], size: tuple[int, int],
    unicode: bool,
) -> None:  # fmt: skip
    app = quiet(monkeypatch, tmp_path, compare=paths, unicode=unicode)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert isinstance(app.screen, ResultsScreen)
        assert title(app).startswith("validation loss over")
        assert "6 runs" in texts(app)
        await pilot.press("right")
        assert title(app) == "validation loss by all settings but seeds"
        assert texts(app).count("(3)") + texts(app).count("(6)") >= 1
        await pilot.press("3")
        assert "training.seed" in texts(app)
        assert "explained" in texts(app)
        assert unicode or texts(app).isascii()
        await pilot.press("4", "down")
        for word in ("type", "seed", "adam", "sgd", "run-adam-", "validation loss"):
            assert word in texts(app)
        assert unicode or texts(app).isascii()
        await pilot.press("escape")
        assert isinstance(app.screen, CompareScreen)


@pytest.mark.slow
async def test_score_and_column_are_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, paths: list[Path]
) -> None:
    app = quiet(monkeypatch, tmp_path, compare=paths)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("m", *"best validation acc", "enter")
        assert title(app).startswith("best validation accuracy over")
        await pilot.press("x", *"optimizer.t", "enter")
        assert title(app).endswith("over optimizer.type")
        await pilot.press("2", "x", *"seed", "down", "enter")
        assert title(app).startswith("best validation accuracy by")
        lines = app.screen.query_one(ResultsPage).about(40)
        assert max(len(line.text) for line in lines) <= 40
        await pilot.press("question_mark", "escape", "q")
        assert isinstance(app.screen, CompareScreen)


async def test_a_setting_of_several_orders_of_magnitude_is_drawn_by_its_factors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    rates = (0.001, 0.01, 0.1)
    paths = [folders.done(f"run-{n}", f"optimizer.learning_rate={n}") for n in rates]
    app = quiet(monkeypatch, tmp_path, compare=paths)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert title(app) == "validation loss over optimizer.learning_rate"
        assert " learning_rate, log " in texts(app)


async def test_logs_without_settings_have_scores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path, compare=foreign(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert "4 runs" in texts(app)
        await pilot.press("2", "x")
        assert "no setting is shared" in texts(app)
        await pilot.press("3", "x")
        assert "no setting differs" in texts(app)
        await pilot.press("4", "down", "enter", "minus", "left_square_bracket", "0")
        assert "no setting differs" in texts(app)


async def test_a_line_for_each_run_with_axes_that_are_moved_and_narrowed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, paths: list[Path]
) -> None:
    app = quiet(monkeypatch, tmp_path, compare=paths)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("left_square_bracket", "minus", "down", "enter")
        assert isinstance(app.screen, ResultsScreen), "keys of the coordinates do nothing elsewhere"
        await pilot.press("right", "right", "right")
        found = app.screen.coordinates
        assert found is not None
        before = list(found.order)
        await pilot.press("left", "greater_than_sign")
        assert found.order == before[::-1]
        found.place = found.order.index("training.seed")
        await pilot.press("left_square_bracket")
        assert "4 of 6 in range" in texts(app)
        await pilot.press("down")
        assert found.chosen is not None
        assert paths[found.chosen].name in texts(app)
        await pilot.press("backspace")
        assert "in range" not in texts(app)
        await pilot.press("minus")
        assert found.order == ["optimizer.type"]
        await pilot.press("minus", "0")
        assert found.order == before
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewScreen))
        await pilot.press("q")
        assert isinstance(app.screen, ResultsScreen)
        await pilot.press("tab")
        assert app.screen.coordinates is None


async def test_groups_and_settings_that_do_not_fit_are_counted_and_come_with_a_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    paths = [
        folders.done(f"run-{n}-{seed}", f"training.batch_size={n}", f"training.seed={seed}")
        for n in range(1, 21) for seed in (1, 2)
    ]  # fmt: skip
    app = quiet(monkeypatch, tmp_path, compare=paths)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("2")
        panel = app.screen.query_one(ResultsPage)
        assert "groups 1 to 16 of 20" in str(panel.border_subtitle)
        assert "batch_size=1 " in texts(app)
        await pilot.press("down", "pagedown")
        assert "groups 5 to 20 of 20" in str(panel.border_subtitle)
        assert "batch_size=1 " not in texts(app)
        assert "batch_size=20 " in texts(app)
        await pilot.press("3")
        assert str(panel.border_subtitle) == "", "both settings fit"
        assert "training.batch_size" in texts(app)


def test_scores_begin_with_the_number_that_says_most_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = [
        {"layers[0].units": n % 2, "optimizer.type": "ab"[n > 4], "rate": n, "training.seed": n}
        for n in range(10)
    ]
    members: list[Any] = [SimpleNamespace(settings=table) for table in tables]
    found = {"validation loss": [float(n) for n in range(10)]}
    monkeypatch.setattr("tuidl.tui.widgets.results.scores_of", lambda _: found)
    assert Results(members).across == "rate"
    for table in tables:
        del table["rate"]
    assert Results(members).across == "layers[0].units"
    for table in tables:
        del table["layers[0].units"]
    assert Results(members).across == "optimizer.type", "a text before a seed"
    found.clear()
    assert Results(members).across == "optimizer.type"
