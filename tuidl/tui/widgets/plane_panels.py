"""The playground's panels: settings, the network as a board, the map, lines of words."""

import numpy as np
from rich.cells import cell_len
from rich.text import Text
from textual.events import Click, MouseMove, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from tuidl.charts.neurons import Board, neuron_board
from tuidl.charts.palette import Palette
from tuidl.charts.plane import plane_map
from tuidl.data.plane import FEATURES
from tuidl.data.plane_points import LIMIT
from tuidl.tui.messages import UnexpectedError
from tuidl.tui.playground import words
from tuidl.tui.playground.scene import NO_VALUES, Scene, within
from tuidl.tui.playground.settings import Setting, shown_settings
from tuidl.tui.terminal.internals import repaint_together
from tuidl.tui.widgets.chart import Chart, centred
from tuidl.tui.widgets.strips import strip_of

GAP = 3
RIGHT = 3
"""The button of the mouse that puts the other class."""
MOST_KEPT = 2
"""Drawings of a panel that are kept: the one that is seen, and the next."""


class PlanePanel(Chart):
    """Base of the panels: without a border, drawn from the scene.

    Lines are kept with what they were made for. So a key paints only panels in which it changed
    something, and those of the next look are made before it is shown (``prepare_for``).
    """

    DEFAULT_CSS = """
    PlanePanel, PlanePanel:focus { border: none; padding: 0; }
    """

    def __init__(self, scene: Scene, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.scene = scene
        self._painted: tuple[object, ...] = ()
        self._kept: dict[tuple[object, ...], list[Strip]] = {}

    def shown(self, scene: Scene) -> tuple[object, ...]:
        """All that the drawing depends on, but for size, colours and focus."""
        raise NotImplementedError

    def draw_of(
        self, scene: Scene, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        """The lines of a scene."""
        raise NotImplementedError

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        return self.draw_of(self.scene, palette, width, height, unicode)

    def changed(self) -> None:
        """Something of the scene may be another; painted anew where that can be seen here."""
        if self.shown(self.scene) != self._painted:
            repaint_together(self)

    def prepare_for(self, scene: Scene) -> None:
        """Make the lines of a scene that is about to be shown."""
        self.painter.lines(self._strips_of(scene))

    def strips_now(self) -> list[Strip]:
        self._painted = self.shown(self.scene)
        return self._strips_of(self.scene)

    def _strips_of(self, scene: Scene) -> list[Strip]:
        width, height, palette, unicode = room = self._room()
        base = self.visual_style.rich_style
        wanted = (self.shown(scene), room, self.has_focus, base)
        strips = self._kept.pop(wanted, None)
        if strips is None:
            lines = self._lines(scene, palette, width, height, unicode)
            strips = [strip_of(line, width, base, self.app.console) for line in lines]
        self._kept[wanted] = strips  # the newest last
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return strips

    def _lines(
        self, scene: Scene, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        if not width or not height:
            return []
        try:
            return self.draw_of(scene, palette, width, height, unicode)
        except Exception as error:  # the other panels and the run go on
            self.app.post_message(UnexpectedError(error))
            return centred("this cannot be drawn", palette, width, height, "bad")


class Settings(PlanePanel):
    """All settings in a few lines; a click moves one on, with the right button back."""

    concept = "dataset"

    class Moved(Message):
        """Setting ``number`` was clicked or scrolled, ``way`` 1 or -1; 0 only chooses it."""

        def __init__(self, number: int, way: int) -> None:
            super().__init__()
            self.number, self.way = number, way

    def places(self, width: int) -> list[tuple[int, int, Setting]]:
        """Line, first cell and setting."""
        found, line, x = [], 0, 1
        for setting in shown_settings(self.scene.state):
            size = self._cells(setting)
            if x > 1 and x + size > width:
                line, x = line + 1, 1
            found.append((line, x, setting))
            x += size + GAP
        return found

    def _cells(self, setting: Setting) -> int:
        return cell_len(f"{setting.name} {setting.text(self.scene.state)} ")

    def lines_for(self, width: int) -> int:
        """How many lines it takes."""
        return self.places(width)[-1][0] + 1

    def shown(self, scene: Scene) -> tuple[object, ...]:
        return scene.state, scene.setting

    def draw_of(
        self, scene: Scene, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        rows = [Text(no_wrap=True) for _ in range(height)]
        for number, (line, x, setting) in enumerate(self.places(width)):
            if line >= height:
                break
            row, is_chosen = rows[line], number == scene.setting
            row.append(" " * (x - row.cell_len))
            row.append(f"{setting.name} ", palette.style("muted"))
            value = setting.text(scene.state)
            style = palette.selected if is_chosen and self.has_focus else None
            row.append(value, style or palette.style("text", bold=True))
            mark = ("↕" if unicode else "|") if is_chosen else " "
            row.append(mark, palette.style("accent" if self.has_focus else "muted"))
        return [_padded(row, width) for row in rows]

    def _number_at(self, x: int, y: int) -> int | None:
        for number, (line, start, setting) in enumerate(self.places(self.content_size.width)):
            if line == y and start <= x < start + self._cells(setting):
                return number
        return None

    def _clicked(self, x: int, y: int, way: int) -> None:
        number = self._number_at(x, y)
        if number is not None:
            self.post_message(self.Moved(number, way))

    def on_click(self, event: Click) -> None:
        self._clicked(event.x, event.y, -1 if event.button == RIGHT else 1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._clicked(event.x, event.y, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._clicked(event.x, event.y, -1)


class NeuronBoard(PlanePanel):
    """Inputs, hidden layers and the edges between them."""

    concept = "neuron"

    class Chosen(Message):
        """Column and neuron were clicked."""

        def __init__(self, place: tuple[int, int]) -> None:
            super().__init__()
            self.place = place

    class Counted(Message):
        """A hidden layer (from 0) is to have a neuron more or less."""

        def __init__(self, layer: int, more: int) -> None:
            super().__init__()
            self.layer, self.more = layer, more

    with_shares: bool = False

    def shown(self, scene: Scene) -> tuple[object, ...]:
        state = scene.state
        return scene.look, state.hidden, state.features, scene.selected, self.with_shares

    def draw_of(
        self, scene: Scene, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        return neuron_board(scene.net(self.with_shares), palette, width, height, unicode=unicode)

    @property
    def _board(self) -> Board:
        sizes = (len(FEATURES), *self.scene.state.hidden)
        return Board.of(sizes, *self.content_size)

    def on_click(self, event: Click) -> None:
        board = self._board
        if (step := board.step_at(event.x, event.y)) is not None:
            self.post_message(self.Counted(step[0] - 1, step[1]))
        elif (place := board.at(event.x, event.y)) is not None:
            self.post_message(self.Chosen(place))


class PlaneMap(PlanePanel):
    """What the network says everywhere, the points, and the cursor."""

    concept = "classification"

    class Pointed(Message):
        """The mouse is at a place of the plane."""

        def __init__(self, x: float, y: float) -> None:
            super().__init__()
            self.x, self.y = x, y

    class Put(Message):
        """A point is wanted where the mouse is; ``is_other``: of the other class."""

        def __init__(self, is_other: bool) -> None:
            super().__init__()
            self.is_other = is_other

    def shown(self, scene: Scene) -> tuple[object, ...]:
        data = scene.state.source, scene.shows_held_out
        return scene.look, data, scene.is_sharp, scene.cursor

    def draw_of(
        self, scene: Scene, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        values = scene.look.output if scene.look else NO_VALUES
        if scene.is_sharp:
            values = np.where(values > 0, 1.0, -1.0)
        return plane_map(
            values, scene.points(), palette, width, height,
            cursor=within(*scene.cursor), unicode=unicode,
        )  # fmt: skip

    def _place(self, x: int, y: int) -> tuple[float, float]:
        width, height = self.content_size
        return (
            round(((x + 0.5) / max(width, 1)) * 2 * LIMIT - LIMIT, 2),
            round(LIMIT - ((y + 0.5) / max(height, 1)) * 2 * LIMIT, 2),
        )

    def on_mouse_move(self, event: MouseMove) -> None:
        self.post_message(self.Pointed(*self._place(event.x, event.y)))

    def on_click(self, event: Click) -> None:
        self.post_message(self.Pointed(*self._place(event.x, event.y)))
        self.post_message(self.Put(event.button == RIGHT))


def readout(scene: Scene, focused: str, room: int) -> str:
    """What is said of the focused panel in ``room`` cells."""
    if focused == "settings":
        return words.at_setting(scene, room)
    said = {"map": words.at_cursor, "board": words.at_neuron}[focused](scene)
    return words.whole(said, room)


def _padded(row: Text, width: int) -> Text:
    row.truncate(width)
    row.append(" " * (width - row.cell_len))
    return row
