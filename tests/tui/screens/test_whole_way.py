"""From a table to answers about new rows at 80 x 24, with the real engine, by keys that the line of
keys names: a file chosen, its report read, a target ticked, trained, evaluated, exported, used.
"""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tests.proposing.files import table
from tests.tui.waiting import until
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.output import OutputScreen
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.screens.judgement import JudgementScreen
from tuidl.tui.screens.own_data import OwnDataScreen
from tuidl.tui.screens.train import TrainScreen
from tuidl.tui.session.run import Phase
from tuidl.tui.state import State
from tuidl.tui.widgets.column_list import ColumnList
from tuidl.tui.widgets.key_line import KeyLine


async def press(pilot: Pilot[int], *named: str) -> None:
    """Press the keys of hints like ``E evaluate``, which the line of keys must show."""
    for hint in named:
        shown = pilot.app.screen.query_one(KeyLine).render().plain
        assert hint in shown, shown
        await pilot.press(hint.split()[0])
        await pilot.pause()


async def enter(pilot: Pilot[int], text: str) -> None:
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.slow
async def test_from_a_table_to_answers_without_leaving_the_screen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    table(tmp_path / "people.csv", gaps=3)
    app = Playground(state=State(full_speed=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await press(pilot, "o open a file")
        await enter(pilot, "people.csv")
        await until(pilot, lambda: getattr(app.screen, "proposed", None) is not None)
        screen = app.screen
        assert isinstance(screen, OwnDataScreen)
        report = "\n".join(str(o.prompt) for o in screen.query_one(ColumnList).options)
        assert "3 gaps; 20 to 69 → 1 input" in report
        await pilot.press("up", "up")
        await press(pilot, "space target")
        await until(pilot, lambda: screen.proposed is not None)
        await press(pilot, "enter train")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        train = app.screen
        assert isinstance(train, TrainScreen)
        await until(pilot, lambda: train.shown.phase is Phase.ENDED)
        await until(pilot, lambda: train.kept is not None)
        await press(pilot, "E evaluate")
        judged = app.screen
        assert isinstance(judged, JudgementScreen)
        await until(pilot, lambda: judged.judgement is not None or bool(judged._problem))
        assert judged.judgement is not None, judged._problem
        assert judged.judgement.target == "job"
        assert "baseline" in str(judged.query_one("#lines", Static).render())
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is train)
        await press(pilot, "x export")
        assert app.screen.query(OptionList)
        await pilot.press(*"numpy", "enter")
        await pilot.press("enter")
        out = next(iter((tmp_path / "runs").iterdir())).name + "-numpy"
        await until(pilot, lambda: any((tmp_path / out).glob("*")))
        await press(pilot, "p predict")
        (tmp_path / "new.csv").write_text("age,paid,fraud\n30,1200,no\n,1100,yes\n")
        await enter(pilot, "new.csv")
        await until(pilot, lambda: isinstance(app.screen, OutputScreen))
        said = app.screen.query_one("#output", Static)
        words = ("clerk", "cook", "smith")
        await until(pilot, lambda: sum(str(said.render()).count(word) for word in words) >= 2)
        await pilot.press("w")
        await until(pilot, (tmp_path / "new-predicted.csv").is_file)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is train)
        await press(pilot, "q leave")
        await until(pilot, lambda: app.screen is screen)
