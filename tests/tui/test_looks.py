"""Every main screen as a picture, compared with the one that was looked at and accepted.

UPDATE_SNAPSHOTS=1 accepts how the screens look now; the pictures are in ``snapshots/*.svg``.
"""

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.tui import answers, story
from tests.tui.quiet import quiet
from tests.tui.waiting import until
from tests.tui.watched import Opened, Watched
from tuidl.protocol import events
from tuidl.tui.state import State

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = [(80, 24), (120, 40), (200, 50)]


async def _overview(watched: Watched) -> None:
    await watched.handle(*story.middle()[3:], *story.answers())


async def _ended(watched: Watched) -> None:
    await watched.handle(*story.whole()[3:], *story.answers())


async def _picture(watched: Watched) -> None:
    await _overview(watched)
    await watched.press("2")
    await watched.answer("predictions", story.predictions())


async def _layers(watched: Watched) -> None:
    await _overview(watched)
    await watched.press("3")
    await watched.answer("layers", story.LAYERS)
    for kind, answer in (("filters", answers.filters()), ("feature_maps", answers.feature_maps()),
                         ("histograms", answers.histograms())):  # fmt: skip
        await watched.answer(kind, answer)


async def _step(watched: Watched) -> None:
    await watched.handle(*story.middle()[3:], events.Paused(epoch=9, step=20, steps=45, loss=0.2))
    await watched.press("4")
    await watched.answer("walk", answers.step_trace_of_images())
    await watched.press("n")


async def _help(watched: Watched) -> None:
    await _overview(watched)
    await watched.pilot.press("question_mark")


async def _edit(watched: Watched) -> None:
    await watched.pilot.press("m")


SCREENS: dict[str, Callable[[Watched], Awaitable[None]]] = {
    "overview": _overview, "ended": _ended, "picture": _picture, "layers": _layers, "step": _step,
    "help": _help, "edit": _edit,
}  # fmt: skip


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_screen_looks_as_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "cnn_digits", size) as watched:
        await watched.handle(*story.beginning())
        await SCREENS[name](watched)
        await watched.pilot.pause(0.2)
        _compare(app.export_screenshot(title=name), f"{name}-{size[0]}x{size[1]}")


@pytest.mark.sample(1)
@pytest.mark.parametrize("theme", ["light", "color-blind", "monochrome"])
async def test_a_theme_looks_as_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, theme: str
) -> None:
    app = quiet(monkeypatch, tmp_path, state=State(theme=theme))
    async with Opened(app, "cnn_digits") as watched:
        await watched.handle(*story.beginning())
        await _overview(watched)
        await watched.pilot.pause(0.2)
        _compare(app.export_screenshot(title=theme), f"theme-{theme}")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_home_looks_as_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = quiet(monkeypatch, tmp_path, state=State(last_preset="linear_regression"))
    async with app.run_test(size=size) as pilot:
        panel = app.screen.query_one("#preview")
        await until(pilot, lambda: panel.preview and not panel.preview.is_wanting)  # type: ignore[attr-defined]
        await pilot.pause(0.2)
        _compare(app.export_screenshot(title="home"), f"home-{size[0]}x{size[1]}")


def _compare(svg: str, name: str) -> None:
    """As lines, so that a failure names the one that changed."""
    lines = normalised(svg)
    file = SNAPSHOTS / f"{name}.svg"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(lines, encoding="utf-8")
    assert lines.splitlines() == file.read_text(encoding="utf-8").splitlines()


def normalised(svg: str) -> str:
    """Without the names that are new in every process, numbers cut to a hundredth of a cell."""
    svg = re.sub(r"terminal-\d+", "t", svg)
    svg = re.sub(r' clip-path="url\(#t-line[^"]*"', "", svg)  # a third of the file, and not seen
    svg = re.sub(r'<clipPath id="t-line.*?</clipPath>', "", svg, flags=re.DOTALL)
    svg = re.sub(r'="(\d+\.\d{2,})"', lambda number: f'="{float(number[1]):.1f}"', svg)
    return "\n".join(line for line in map(str.strip, svg.splitlines()) if line) + "\n"
