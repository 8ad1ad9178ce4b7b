"""A hundred hostile texts through every exit of the screen; the command line's are in
``tests/cli/test_exits.py``.

What is looked at is what the compositor hands to the terminal's driver: every cell of the screen.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.style import Style
from textual.pilot import Pilot

from tests.cli.exits import Place, hostile_table, run_of, told
from tests.hostile import HOSTILE, raw
from tests.tui import answers
from tests.tui.quiet import quiet
from tests.tui.watched import STARTED, Opened
from tuidl.charts.palette import PALETTES
from tuidl.logs.source import source_of
from tuidl.protocol import events
from tuidl.tui.app import Playground
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.delete import DeleteScreen
from tuidl.tui.dialogs.export_to import ExportScreen
from tuidl.tui.dialogs.open_file import OpenFileScreen
from tuidl.tui.dialogs.save_as import SaveScreen
from tuidl.tui.screens.edit import EditScreen
from tuidl.tui.screens.help import HelpScreen
from tuidl.tui.screens.home import PreviewPanel
from tuidl.tui.screens.viewer import ViewScreen
from tuidl.tui.state import State

pytestmark = pytest.mark.slow

SIZE = (150, 60)
HALF = re.compile("[\ud800-\udfff]")
NOT_IN_NAMES = re.compile("[/\0\ud800-\udc7f\udd00-\udfff]")
FILES = [name for text in HOSTILE if (name := NOT_IN_NAMES.sub("", text)[:60])]
"""Texts that can be names of files."""


def require_harmless(app: Playground, text: str) -> None:
    """Nothing raw in any cell, and nothing to click that the data has made."""
    for strip in app.screen._compositor.render_strips():
        assert not raw(strip.text), (ascii(text), ascii(strip.text))
        for segment in strip:
            style = segment.style or Style.null()
            assert style.link is None
            assert "@click" not in style.meta


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


def named(value: Any, texts: Iterator[str]) -> Any:
    """An answer of a probe with ``texts`` in place of all its own but words that mean something."""
    if isinstance(value, str):
        return value if value in OWN_WORDS or value.startswith("dense_1.") else next(texts)
    if isinstance(value, list):
        return [named(inner, texts) for inner in value]
    if isinstance(value, dict):
        return {key: named(inner, texts) for key, inner in value.items()}
    return value


OWN_WORDS = {"mse", "sgd", "adam", "linear", "softmax", "cross_entropy", "validation", "relu"}
ANSWERS = {
    "layers": answers.layers(), "predictions": answers.predictions(),
    "walk": answers.step_trace_of_images(),
    "histograms": answers.histograms(), "feature_maps": answers.feature_maps(),
    "weights": answers.weights(gates=4), "filters": answers.filters(),
}  # fmt: skip


async def test_what_the_engine_says_of_a_run(app: Playground) -> None:
    async with Opened(app, "cnn_digits", (110, 40)) as watched:
        for place, text in enumerate(HOSTILE):
            started = msgspec.structs.replace(STARTED, preset=text, backend=text, device=text)
            _, compiling, epoch, ended, failed = told(text)
            ended = msgspec.structs.replace(ended, reason="completed")
            ends = ([ended], [failed], [events.Refused(error=text, key=text)])
            await watched.handle(
                started, compiling, epoch, events.Notice(text=text), *ends[place % 3]
            )
            require_harmless(app, text)
            watched.screen.lost(text, text)
            watched.screen._draw()
            require_harmless(app, text)
            app.clear_notifications()


@pytest.mark.parametrize("view", ["1", "2", "3", "4"])
async def test_what_probes_answer_in_every_view(app: Playground, view: str) -> None:
    """Every text is in some place of every answer, and every place has had about ten of them."""
    texts = cycle(HOSTILE)
    async with Opened(app, "cnn_digits", SIZE) as watched:
        await watched.press(view)
        for start in range(10):
            texts = cycle(HOSTILE[start * 13 :] + HOSTILE[: start * 13])
            for kind, answer in ANSWERS.items():
                found = named(answer, texts)
                app.session.handle(
                    events.ProbeAnswer(id=1, kind=kind, epoch=1, step=start, answer=found)
                )
            await watched.handle()
            require_harmless(app, str(start))


async def test_lists_of_presets_and_runs(
    app: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, monkeypatch)
    folder = tmp_path / "presets"
    folder.mkdir()
    for name in FILES:
        (folder / f"{name}.toml").write_text(hostile_table(name))
    app.state = State(recent=[str(path) for path in folder.iterdir()])
    async with app.run_test(size=(150, 160)) as pilot:
        await pilot.pause()
        require_harmless(app, "presets")
        for text in HOSTILE[::40]:
            run_of(place, text)
            await pilot.press("2")
            await app.workers.wait_for_complete()
            await pilot.pause()
            require_harmless(app, text)
            await pilot.press("1")


async def test_previews_of_presets_and_runs(
    app: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tuidl.tui.previews.preview import Preview
    from tuidl.tui.previews.run_preview import RunPreview

    place = Place(tmp_path, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        panel = app.screen.query_one(PreviewPanel)
        for text in HOSTILE:
            name = text if text.isprintable() and len(text) < 200 else "name"
            path = Path(place.file("a.toml", hostile_table(text, name=name)))
            broken = Path(place.file("b.toml", f"{text}\n[data]\n= {text}"))
            for preview in (
                Preview.of(path),
                Preview.of(broken),
                RunPreview.of(place.runs / run_of(place, text)),
            ):
                panel.preview = preview
                for line in panel.draw(PALETTES["default"], 100, 50, True):
                    assert not raw(line.plain), (ascii(text), ascii(line.plain))
            if text in HOSTILE[::13]:
                panel.changed()
                await pilot.pause()
                require_harmless(app, text)


@pytest.mark.parametrize("name", [FILES[0], "\x1b]0;t\x07", "[@click=app.quit]x"])
async def test_a_foreign_log(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All texts are keys of one log, and shown chart by chart."""
    texts = [text for text in HOSTILE if not HALF.search(text)]
    lines = [json.dumps(dict.fromkeys(texts, n) | {"step": n, "said": texts}) for n in (1, 2)]
    path = Path(Place(tmp_path, monkeypatch).file(name, "\n".join(lines)))
    app = quiet(monkeypatch, tmp_path, view=source_of(path))
    async with app.run_test(size=SIZE) as pilot:
        assert isinstance(app.screen, ViewScreen)
        while not app.screen.shown.measures:
            await pilot.pause(0.01)
        assert len(app.screen.shown.measures) > 90
        await pilot.press("right", "l")
        while app.screen.shown.chosen < len(app.screen.shown.measures) - 1:
            require_harmless(app, name)
            app.screen._choose(min(app.screen.shown.chosen + 7, len(app.screen.shown.measures) - 1))
            await pilot.pause()
        require_harmless(app, name)


async def test_the_editor(app: Playground) -> None:
    async with app.run_test(size=SIZE) as pilot:
        for text in HOSTILE[::9]:
            await edited(app, pilot, hostile_table(text, name=text), text)
        for start in range(0, len(HOSTILE), 40):
            some = HOSTILE[start : start + 40]
            toml = "\n".join(f'{number} = "{text}"' for number, text in enumerate(some))
            await edited(app, pilot, toml, some[0])
            await edited(app, pilot, f"x = {some[0]}\n[{some[1]}]\n# {some[2]}", some[0])
        await edited(app, pilot, f"x = {'[' * 5000}", "nested")


async def edited(app: Playground, pilot: Pilot[Any], toml: str, name: str) -> None:
    await app.push_screen(EditScreen(toml, State(), path=Path(f"{name[:50]}.toml")))
    await pilot.pause()
    require_harmless(app, name)
    app.pop_screen()


DIALOGS: dict[str, Callable[[str], Any]] = {
    "choose": lambda text: ChooseScreen(text, dict.fromkeys(HOSTILE, text)),
    "delete": DeleteScreen,
    "export": lambda text: ExportScreen(Path(text), text),
    "save as": lambda text: SaveScreen(Path(text)),
    "help": lambda text: HelpScreen(text),
    "keys": lambda text: HelpScreen("", text),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_dialogs(app: Playground, name: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        for text in HOSTILE[::13]:
            await app.push_screen(DIALOGS[name](text))
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            require_harmless(app, text)
            while len(app.screen_stack) > 2:
                app.pop_screen()
            app.clear_notifications()


async def test_a_folder_of_hostile_files(app: Playground, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in FILES:
        (folder / f"{name}.toml").touch()
    (folder / "\n").mkdir()
    async with app.run_test(size=(150, 300)) as pilot:
        await app.push_screen(OpenFileScreen(folder))
        await pilot.pause(0.2)
        tree = app.screen.query_one("#tree")
        tree.styles.height = 250
        await pilot.pause()
        require_harmless(app, "folder")
        for name in FILES[::5]:
            app.screen.query_one("#path").value = name[:1]
            await pilot.pause()
            require_harmless(app, name)


async def test_notices_and_the_last_message(app: Playground) -> None:
    async with app.run_test(size=SIZE) as pilot:
        for text in HOSTILE:
            app.notify(text, title=text, markup=True)
            app.screen.notify(text)
            if text in HOSTILE[::5]:
                await pilot.pause()
                require_harmless(app, text)
                app.clear_notifications()
        for text in HOSTILE:
            app.exit(0, message=text)
        assert not raw("".join(map(str, app._exit_renderables)), "\n")
