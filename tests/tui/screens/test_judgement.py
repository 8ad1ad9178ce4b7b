"""How good a run is, on the screen: pages of what ``tuidl evaluate`` reports."""

import sys
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from textual.widgets import Input, Static

from tests.tui import folders
from tests.tui.quiet import quiet
from tests.tui.screens.test_run_list import notices, to_runs
from tests.tui.waiting import until
from tuidl.charts.palette import PALETTES
from tuidl.judging.records import (
    Calibration,
    CalibrationBin,
    ClassScores,
    Confusion,
    Importance,
    ImportanceTable,
    Judgement,
    Picture,
    RankingCurves,
    Residuals,
    Score,
    WorstExample,
)
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.renderers.judgement import page_lines, pages
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.judgement import AS_RECORDS, JudgementScreen
from tuidl.tui.services import child_output

SCORE = Score("accuracy", 0.9, 0.8, 0.95, 0.5)
F1 = Score("f1", 0.9, 0.8, 1.0)
CURVE = RankingCurves("cat", (None, 0.9, 0.1), (0.0, 0.2, 1.0), (0.0, 0.8, 1.0), (1.0, 0.9, 0.5))
FOUND = Judgement(
    run="pets", preset="pets", weights="final", data="test part", target="animal", unit="",
    kind="classes", examples=20, resamples=1000, seed=0, groups=None, baseline="always 'cat'",
    main="accuracy", scores=(SCORE,),
    classes=(ClassScores("cat", 10, 11, (Score("precision", 0.8), Score("recall", 0.9), F1)),),
    confusion=Confusion(("cat", "dog"), ((9, 1), (2, 8))), curves=(CURVE,),
    calibration=Calibration("cat", (CalibrationBin(0.0, 0.5, 9, 0.2, 0.1),)),
    worst=(WorstExample("line 7", "cat", "dog 99%", 4.6, {"legs": "3"}),),
    pictures=(Picture(8, 8, 1, bytes(64)),),
    notes=("20 examples are few",),
)  # fmt: skip
NUMBERS = Judgement(
    run="age", preset="age", weights="final", data="test part", target="age", unit="years",
    kind="numbers", examples=3, resamples=0, seed=0, groups=None, baseline="the mean", main="mae",
    scores=(Score("mae", 2.5, baseline=9.0),),
    residuals=(Residuals("age", (1.0, 2.0, 3.0), (0.5, -1.0, 2.0), (-1.0, 0.0, 0.5, 1.0, 2.0)),),
)  # fmt: skip


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int = 0
) -> list[tuple[str, ...]]:
    """Have the command answer with the judgement, or fail; what it is called with."""
    said: list[tuple[str, ...]] = []
    (tmp_path / "answer.json").write_bytes(msgspec.json.encode(FOUND))
    script = f"""
import sys
print("tuidl: a word beside it", file=sys.stderr)
print(open({str(tmp_path / "answer.json")!r}).read())
sys.exit({status})"""

    def stub(*arguments: str) -> list[str]:
        said.append(arguments)
        return [sys.executable, "-c", script]

    monkeypatch.setattr(child_output, "command_line", stub)
    return said


@pytest.mark.parametrize("judgement", [FOUND, NUMBERS])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("size", [(77, 20), (117, 36), (197, 46), (20, 8)])
def test_every_page_is_drawn_at_every_size(
    judgement: Judgement, unicode: bool, size: tuple[int, int]
) -> None:
    for page in pages(judgement):
        lines = page_lines(judgement, page, PALETTES["default"], size, unicode)
        assert any(line.plain.strip() for line in lines)
        assert all(cell_len(line.plain) <= max(size[0], 77) for line in lines), page
        assert unicode or all(line.plain.isascii() for line in lines)


def test_charts_beside_each_other_have_their_titles_above_them() -> None:
    title, legend, *_ = page_lines(FOUND, "curves", PALETTES["default"], (197, 46), True)
    second = title.plain.index("Precision")
    assert legend.plain.index("cat", 20) > second, "the second chart begins below its title"
    assert abs(second - 98) < 5


async def test_e_judges_a_run_page_by_page(
    app: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = answers(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("legs,animal\n4,cat\n")
    path = folders.done()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        await pilot.press("E")
        screen = app.screen
        assert isinstance(screen, JudgementScreen)
        await until(pilot, lambda: screen.judgement is not None)

        def page() -> str:
            return str(screen.query_one("#lines", Static).render())

        assert screen.pages == ["scores", "classes", "curves", "calibration", "worst"]
        for words in ("90.0%  80.0% to 95.0%     50.0%", "true  cat", "ROC curve", "happened",
                      "cat: dog 99%"):  # fmt: skip
            assert " ".join(words.split()) in " ".join(page().split())
            await pilot.press("right")
        assert "baseline" in page(), "and round again"
        await pilot.press("3")
        assert "ROC curve" in page()
        await pilot.press("w")
        await until(pilot, lambda: "written:" in notices(app))
        (report,) = tmp_path.glob("*-evaluation.md")
        assert "## Worst examples" in report.read_text()
        await pilot.press("f")
        await pilot.pause()
        app.screen.query_one(Input).value = "new.csv"
        await pilot.press("enter")
        await until(pilot, lambda: len(said) == 2 and screen.judgement is not None)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    asked = ("evaluate", str(path))
    assert said == [(*asked, *AS_RECORDS), (*asked, str(tmp_path / "new.csv"), *AS_RECORDS)]


async def test_what_cannot_be_judged_is_said(
    app: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers(monkeypatch, tmp_path, status=2)
    path = folders.done()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.judge(path)
        await pilot.pause()
        shown = app.screen.query_one("#lines", Static)
        await until(pilot, lambda: str(shown.render()) == "a word beside it")
        await pilot.press("right", "1", "w", "escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


@pytest.mark.slow
async def test_columns_and_another_run_are_asked_for_and_their_page_is_opened(
    app: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = answers(monkeypatch, tmp_path)
    answer = tmp_path / "answer.json"
    table = ImportanceTable("accuracy", 5, (Importance("legs", 0.2, 0.01),))
    found = msgspec.structs.replace(FOUND, importance=table)
    answer.write_bytes(msgspec.json.encode(found))
    first = folders.done()
    second = folders.done("cnn_digits-20260101-130000")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.judge(first)
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, JudgementScreen)
        await until(pilot, lambda: screen.judgement is not None)
        await pilot.press("i")
        await until(pilot, lambda: len(said) == 2 and screen.judgement is not None)
        assert "legs" in str(screen.query_one("#lines", Static).render())
        await pilot.press("b")
        await until(pilot, lambda: "have columns" in notices(app))
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("enter")
        await until(pilot, lambda: len(said) == 3)
    assert said[1][-1:] == ("--importance",)
    assert said[2][-3:] == ("--importance", "--against", str(second))
