"""The panel with the preset that is proposed for the user's own data."""

from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.tui.previews.own_data import Proposed
from tuidl.tui.previews.preview_lines import preview_lines, wrapped
from tuidl.tui.widgets.chart import Chart


class ProposalPanel(Chart):
    """``shown``: None while the file is read."""

    DEFAULT_CSS = "ProposalPanel { height: 1fr; }"

    shown: Proposed | None = None

    def show(self, proposed: Proposed | None) -> None:
        self.shown = proposed
        self.changed()

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.shown is None:
            return [Text("reading …" if unicode else "reading ...", palette.style("muted"))]
        if self.shown.preview is None:
            style = palette.style("bad", bold=True)
            return [Text(line, style) for line in wrapped(self.shown.problem, width)][:height]
        notes = [line for note in self.shown.notes for line in wrapped(note, width)]
        notes = notes[: max(height // 3, 1)]
        style = palette.style("accent")
        lines = [Text(line, style) for line in notes]
        room = height - len(lines)
        return [*preview_lines(self.shown.preview, palette, width, room, unicode), *lines]
