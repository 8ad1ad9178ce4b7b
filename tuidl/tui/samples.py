"""Some examples of a preset's data as lines of a chart, for a preview."""

from rich.text import Text

from tuidl.errors import TuidlError
from tuidl.preset import Preset
from tuidl.tui.charts.images import Tile, image_grid
from tuidl.tui.charts.palette import Palette
from tuidl.tui.charts.scatter import Points, scatter
from tuidl.tui.charts.sequence import Trace, sequence

SHOWN_IMAGES = 24
SHOWN_ROWS = 5
MOST_POINTS = 300


class Samples:
    """Training examples of one preset, loaded once; takes a while, so call it in a thread."""

    def __init__(self, preset: Preset) -> None:
        self.problem = ""
        self.spec = preset.data.spec()
        self.in_time = preset.data.in_time
        try:
            train = preset.data.split().train
        except TuidlError as error:
            self.problem = str(error)
            return
        self.count = len(train)
        self.x, self.y = train.x[:MOST_POINTS], train.y[:MOST_POINTS]

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        """Images as images, series as curves, points as points, other tables as rows."""
        if self.problem:
            return [Text(line[:width], palette.style("bad")) for line in self.problem.splitlines()]
        shape = self.spec.shape
        if len(shape) == 3:
            return self._images(palette, width, height, unicode)
        if self.in_time and shape[1] == 1:
            values = [float(v) for v in self.y[:200, 0]]
            return sequence([Trace("series", values, "train")], palette, width, height,
                            unicode=unicode)  # fmt: skip
        if len(shape) == 1 and shape[0] <= 2:
            return self._points(palette, width, height, unicode)
        return self._rows(palette, width, height)

    def _images(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        names = self.spec.classes
        tiles = [
            Tile(self.x[i], names[int(self.y[i, 0])] if names else "")
            for i in range(min(SHOWN_IMAGES, len(self.x)))
        ]
        return image_grid(tiles, palette, width, height, unicode=unicode)

    def _points(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        x, y = self.x, self.y[:, 0]
        if not self.spec.classes:
            groups = [Points("examples", x[:, -1], y, "train", False)]
        elif x.shape[1] == 2:
            groups = [
                Points(name, x[y == i, 0], x[y == i, 1], f"series {i + 1}")
                for i, name in enumerate(self.spec.classes)
            ]
        else:
            return self._rows(palette, width, height)
        return scatter(groups, palette, width, height, unicode=unicode)

    def _rows(self, palette: Palette, width: int, height: int) -> list[Text]:
        names = self.spec.classes
        lines = []
        for x, y in list(zip(self.x, self.y, strict=True))[: min(SHOWN_ROWS, height)]:
            target = names[int(y[0])] if names else f"{y[0]:.4g}"
            numbers = "  ".join(f"{value:.4g}" for value in x.reshape(-1)[:12])
            lines.append(Text(f"{target:>12}  {numbers}"[:width], palette.style("text")))
        return lines
