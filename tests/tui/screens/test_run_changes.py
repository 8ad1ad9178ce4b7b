"""Changing stored runs on Home: several deleted and put back, names, notes, tags; discarding."""

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label

from tests.tui import folders, story
from tests.tui.quiet import quiet
from tests.tui.screens.test_run_list import home, listed, notices, seen, to_runs
from tests.tui.waiting import until
from tests.tui.watched import Watched
from tuidl.core.errors import SaveError
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.storage.folder import RunFolder
from tuidl.storage.labels import Label as Words
from tuidl.storage.labels import write_label
from tuidl.storage.locations import names
from tuidl.tui.app import Playground
from tuidl.tui.screens.home import HomeScreen
from tuidl.tui.widgets.run_list import RunList


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def answer(pilot: Pilot[int], text: str) -> None:
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


async def test_several_runs_are_deleted_at_once_and_put_back(app: Playground) -> None:
    folders.done(), folders.unfinished(), folders.failed()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        await pilot.press("space", "space")
        assert [line[0] for line in listed(app) if "CNN" in line] == ["●", "●", "✓"]
        await pilot.press("d")
        assert "Delete 2 runs?" in str(app.screen.query(".title").first().render())
        await pilot.press("y")
        await until(pilot, lambda: len(names()) == 1)
        await until(pilot, lambda: "deleted 2 runs; u among the runs undoes it" in notices(app))
        await until(pilot, lambda: len(app.screen.query_one(RunList)._shown) == 1)
        await pilot.press("u")
        await until(pilot, lambda: len(names()) == 3)
        await until(pilot, lambda: len(app.screen.query_one(RunList)._shown) == 3)
        await pilot.press("u")
        assert "Nothing was deleted" in notices(app)


async def test_a_run_gets_a_name_a_note_and_tags_and_is_found_by_them(app: Playground) -> None:
    path, _ = folders.done(), folders.failed()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot, "20260101")
        await pilot.press("f2")
        await answer(pilot, folders.failed.__name__ + "/no")
        assert "no '/'" in str(app.screen.query_one("#question").render())
        await answer(pilot, "the best of all networks that read digits")
        await until(pilot, lambda: "the best of" in "".join(listed(app)))
        assert not path.exists()
        (line,) = [line for line in listed(app) if "the best" in line]
        assert line.endswith("acc 98.5%"), "the score is seen whatever the name"
        named = path.with_name("the best of all networks that read digits")
        assert home(app)._chosen_run == named, "the cursor stays on it"
        await pilot.press("n")
        await answer(pilot, "a lower rate")
        await pilot.press("t")
        await answer(pilot, "#keep, small")
        await until(pilot, lambda: "a lower rate" in seen(app) and "#keep #small" in seen(app))
        await pilot.press("slash", *"#keep")
        await until(pilot, lambda: len(app.screen.query_one(RunList)._shown) == 1)


@pytest.mark.sample(1)
@pytest.mark.parametrize("key", ["d", "l"])
async def test_discarding_a_run_deletes_it_once_the_engine_lets_go(
    app: Playground, key: str
) -> None:
    told = story.middle()
    assert isinstance(told[0], events.RunStarted)
    path = folders.kept_run(told[0].run, told)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        app.open(load_preset("cnn_digits"))
        await pilot.pause()
        await Watched(app, pilot).handle(*told)
        with RunFolder(path).locked():
            await pilot.press("q", key)
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            assert path.exists(), "the engine still writes"
        if key == "d":
            await until(pilot, lambda: not path.exists())
            await pilot.press("2")
            await until(
                pilot, lambda: f"deleted {path.name}; u among the runs undoes it" in notices(app)
            )
            await pilot.press("u")
        await until(pilot, lambda: path.exists())


async def test_a_run_that_is_not_kept_can_only_be_kept_on_the_screen_or_left(
    app: Playground,
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(load_preset("cnn_digits"))
        await pilot.pause()
        await Watched(app, pilot).handle(*story.middle())
        await pilot.press("q", "d")
        assert "nothing of it is kept" in "".join(
            str(label.render()) for label in app.screen.query(Label)
        )
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_changing_a_run_that_is_gone_says_so_and_what_to_do(app: Playground) -> None:
    path = folders.done()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_runs(pilot)
        shutil.rmtree(path)
        for change in (app.changes.note, app.changes.tag, app.changes.rename):
            change(path)
        app.changes.pin([path])
        await until(pilot, lambda: notices(app).count("is not there any more") >= 1)
        assert "label.json" not in notices(app)
        assert isinstance(app.screen, HomeScreen)  # no dialog for what cannot be done
        await until(pilot, lambda: not names())


def test_a_label_of_a_run_that_is_gone_names_the_run(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="the run gone is not there any more"):
        write_label(tmp_path / "gone", Words(note="lost"))
