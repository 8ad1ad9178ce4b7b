"""The task's own picture: what the network makes of its examples, right now."""

from collections.abc import Callable
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding

from tuidl.preset import Preset
from tuidl.tui.charts.bars import Bar, bars
from tuidl.tui.charts.confusion import confusion
from tuidl.tui.charts.images import Tile, image_grid
from tuidl.tui.charts.palette import Palette
from tuidl.tui.charts.scatter import Field, Path, Points, scatter
from tuidl.tui.charts.sequence import Trace, sequence
from tuidl.tui.widgets.chart import Chart, centred

Answer = dict[str, Any]
Draw = Callable[[Answer, Palette, int, int, bool], list[Text]]
BRIEF, WIDE = 24, 60
"""Examples asked for, and the width from which on probabilities or the matrix stand beside."""


def probe_for(preset: Preset) -> tuple[str, dict[str, Any]] | None:
    """The probe that shows this task, if any does."""
    spec = preset.data.spec()
    if spec.classes:
        if spec.shape == (2,):
            return "plane", {"columns": 60, "rows": 30}
        return "predictions", {"count": BRIEF}
    if preset.data.in_time and len(spec.shape) == 2 and spec.outputs == 1:
        return "forecast", {}
    if len(spec.shape) == 1 and spec.shape[0] <= 2 and spec.outputs == 1:
        return "curve", {}
    return None


class Picture(Chart):
    """Drawn from the answer to the task's probe; Tab inside switches what is shown of images."""

    BINDINGS: ClassVar = [
        Binding("v", "turn", "Images / matrix"),
        Binding("left", "move(-1)", "Select", show=False),
        Binding("right", "move(1)", "Select", show=False),
    ]

    concept = "validation"
    answer: Answer | None = None
    kind = ""
    matrix = False
    selected = 0

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            words = "a picture of the task shows once training starts"
            return centred(words if self.kind else "no picture for this kind of data", palette,
                           width, height)  # fmt: skip
        if self.kind == "predictions":
            return self._examples(palette, width, height, unicode)
        return PICTURES[self.kind](self.answer, palette, width, height, unicode)

    def _examples(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        assert self.answer is not None
        is_image = len(self.answer["shape"]) == 3
        if self.matrix or not is_image:
            return _matrix(self.answer, palette, width, height, unicode)
        if width < WIDE:
            return _tiles(self.answer, palette, width, height, unicode, self.selected)
        room = max(width * 3 // 5, 30)
        left = _tiles(self.answer, palette, room, height, unicode, self.selected)
        right = self._shares(palette, width - room - 2, height, unicode)
        return [a + Text("  ") + b for a, b in zip(left, right, strict=True)]

    def _shares(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        """The probabilities of the selected example, the right class marked."""
        assert self.answer is not None
        examples, names = self.answer["examples"], self.answer["classes"]
        example = examples[self.selected % len(examples)]
        items = [
            Bar(name, share or 0.0, i == example["true"])
            for i, (name, share) in enumerate(zip(names, example["shares"], strict=True))
        ]
        wrong, total = self.answer["wrong"], self.answer["total"]
        heading = Text(f"{wrong} of {total} held out wrong"[:width].ljust(width),
                       palette.style("text", bold=True))  # fmt: skip
        body = bars(items, palette, width, max(height - 2, 1), most=1.0, percent=True,
                    unicode=unicode)  # fmt: skip
        return [heading, Text(" " * width), *body][:height]

    def action_turn(self) -> None:
        self.matrix = not self.matrix
        self.changed()

    def action_move(self, way: int) -> None:
        if self.answer and self.kind == "predictions" and self.answer["examples"]:
            self.selected = (self.selected + way) % len(self.answer["examples"])
            self.changed()


def _tiles(
    answer: Answer, palette: Palette, width: int, height: int, unicode: bool, selected: int
) -> list[Text]:
    rows, columns, channels = answer["shape"]
    names = answer["classes"]
    tiles = []
    for example in answer["examples"]:
        shares = [share or 0.0 for share in example["shares"]]
        given = max(range(len(shares)), key=shares.__getitem__)
        pixels = [
            [[example["x"][(y * columns + x) * channels + c] or 0.0 for c in range(channels)]
             for x in range(columns)]
            for y in range(rows)
        ]  # fmt: skip
        caption = names[given]
        if given != example["true"]:
            caption += f" not {names[example['true']]}" if len(names[0]) > 1 else ""
        tiles.append(Tile(pixels, caption, given == example["true"]))
    return image_grid(tiles, palette, width, height, selected=selected, unicode=unicode)


def _matrix(answer: Answer, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    return confusion(answer["confusion"], answer["classes"], palette, width, height,
                     unicode=unicode)  # fmt: skip


def _curve(answer: Answer, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    points, line = answer["points"], answer["line"]
    slope, intercept = answer["best_line"]
    ends = [line[0][0], line[-1][0]]
    best = [slope * x + intercept for x in ends]
    paths = [
        Path("best line", ends, best, "muted"),
        Path("network", [p[0] for p in line], [_known(p[1]) for p in line], "accent"),
    ]
    groups = [Points("data", [p[0] for p in points], [p[1] for p in points], "train", False)]
    if not answer["equation"] or height < 8:
        return scatter(groups, palette, width, height, paths=paths, unicode=unicode)
    weight, bias = answer["equation"]
    words = f"y = {weight:.3f} x {'+' if bias >= 0 else '-'} {abs(bias):.3f}"
    aim = f"   least squares: {slope:.3f} x {'+' if intercept >= 0 else '-'} {abs(intercept):.3f}"
    text = Text(words, palette.style("accent", bold=True)).append(aim, palette.style("muted"))
    text.truncate(width, pad=True)
    return [text, *scatter(groups, palette, width, height - 1, paths=paths, unicode=unicode)]


def _plane(answer: Answer, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    names = answer["classes"]
    groups = [
        Points(name, [p[0] for p in own], [p[1] for p in own], f"series {i + 1}")
        for i, name in enumerate(names)
        if (own := [p for p in answer["points"] if round(p[2]) == i])
    ]
    low, high = answer["low"], answer["high"]
    field = Field(answer["shares"], (low[0], low[1]), (high[0], high[1]), len(names) == 2)
    return scatter(groups, palette, width, height, field=field, unicode=unicode)


def _forecast(
    answer: Answer, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    start, window = answer["start"], answer["window"]
    traces = [
        Trace("true", [_known(v) for v in answer["true"]], "muted"),
        Trace("predicted", [_known(v) for v in answer["predicted"]], "train"),
        Trace("left alone", [_known(v) for v in answer["free"]], "validation", start),
    ]
    seen = (max(start - window, 0), start) if start else None
    return sequence(traces, palette, width, height, seen=seen, unicode=unicode)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


PICTURES: dict[str, Draw] = {"curve": _curve, "plane": _plane, "forecast": _forecast}
