"""The plane of codes on the screen: a cursor by keys and mouse, decoded beside the frames."""

from pathlib import Path

import msgspec
import pytest

from tests.tui import picture_answers, story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened, Watched
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import ProbeAnswer
from tuidl.tui.views.latent import CodePlane, DecodedPanel, LatentView


def asked(watched: Watched) -> list[tuple[float, float]]:
    """The cursors of all requests so far."""
    probes = [c for c in watched.sent if isinstance(c, Probe) and c.kind == "decoded_code"]
    return [tuple(probe.options["cursor"]) for probe in probes]


def answer_to_last(watched: Watched) -> ProbeAnswer:
    answer = picture_answers.decoded(asked(watched)[-1])
    return ProbeAnswer(id=1, kind="decoded_code", epoch=1, step=1, answer=answer)


async def answered(watched: Watched) -> None:
    await watched.handle(answer_to_last(watched))


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_cursor_is_decoded_at_once_and_only_the_newest_place_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "vae_mnist", size) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("2")
        await watched.answer("latent_plane", picture_answers.plane())
        view = app.screen.query_one(LatentView)
        assert "203 codes" in watched.seen(CodePlane)
        await watched.press("right")
        first = view.cursor
        assert asked(watched) == [first]
        await watched.press("up", "up", "left")
        assert asked(watched) == [first]
        await answered(watched)
        assert asked(watched) == [first, view.cursor]
        await answered(watched)
        assert asked(watched) == [first, view.cursor]
        assert view.decoded is not None
        assert view.decoded.cursor == view.cursor
        x, y = view.cursor
        assert f"({x:.2f}, {y:.2f})" in app.screen.query_one(DecodedPanel).title_now()


async def test_a_move_paints_what_painting_all_paints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)

    def painted() -> list[str]:
        return [strip.text for strip in app.screen._compositor.render_strips()]

    async with Opened(app, "vae_mnist", (120, 40)) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("2")
        await watched.answer("latent_plane", picture_answers.plane())
        panel = app.screen.query_one(CodePlane)
        for key in ("right", "up", "shift+up", "left", "shift+left", "0"):
            before = panel.strips_now()
            await watched.pilot.press(key)  # no frame is drawn that would paint all of it
            await watched.pilot.pause()
            moved, kept = painted(), panel.strips_now()
            assert sum(old is new for old, new in zip(before, kept, strict=True)) >= len(kept) - 3
            assert sum(strip.text.count("┼") for strip in kept) == 1
            panel._before = None
            panel.changed()
            await watched.pilot.pause()
            assert painted() == moved


async def test_a_move_amid_a_frame_is_painted_and_leaves_the_frame_to_be_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "vae_mnist", (120, 40)) as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("2")
        await watched.answer("latent_plane", picture_answers.plane())
        screen, view = app.screen, app.screen.query_one(LatentView)
        plane, decoded = screen.query_one(CodePlane), screen.query_one(DecodedPanel)
        monkeypatch.setattr(screen._drawer, "draw", lambda: False)  # at the screen's ticks
        for drawn in (0, 2):  # before and after the plane's own turn
            shown = [line.plain for line in plane._before.lines]
            view.answer = msgspec.structs.replace(
                view.answer, points=[[y, x] for x, y in view.answer.points]
            )
            screen._drawer.begin([plane, decoded])
            for _ in range(drawn):
                screen._drawer._prepare_next()
            await watched.pilot.press("right")
            app.session.handle(answer_to_last(watched))
            assert screen.is_amid_frame
            x, y = view.cursor
            assert f"decoded from ({x:.2f}, {y:.2f})" in decoded.border_title
            moved = [line.plain for line in plane._before.lines]
            assert f"({x:.2f}, {y:.2f})" in moved[-1]
            differ = [old != new for old, new in zip(shown, moved, strict=True)]
            assert sum(differ) <= 3  # the marks are still those of the moment that is shown
            screen.finish_frame()
            await watched.pilot.pause()
            ended = [line.plain for line in plane._drawn.lines]
            assert sum(old != new for old, new in zip(moved, ended, strict=True)) > 3
            assert f"({x:.2f}, {y:.2f})" in ended[-1]


@pytest.mark.slow
async def test_the_mouse_is_the_cursor_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with Opened(app, "vae_mnist") as watched:
        await watched.handle(*story.middle()[3:])
        await watched.press("2")
        await watched.answer("latent_plane", picture_answers.plane())
        await watched.pilot.click(CodePlane, offset=(12, 6))
        view, panel = app.screen.query_one(LatentView), app.screen.query_one(CodePlane)
        at = panel.frame.cell(*view.cursor)
        assert at is not None
        assert abs(at[0] - 10) <= 1  # the border and the room beside it lie between
        assert at[1] == 5
        await watched.press("0")
        assert view.cursor == (0.0, 0.0)
