"""Boxes on the pictures that they are of: the true one and the predicted one."""

from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.tiling import comfortable
from tuidl.protocol.picture_answers import BoxedPicture, Boxes
from tuidl.tui.renderers.overlays import GIVEN, TRUE, box_sign, coloured, outlined

LEAST_CAPTION = 16
"""Cells of what is said below a picture, besides the mark in front of it."""
WORDS = {TRUE: "true box", GIVEN: "predicted"}


def boxes(answer: Boxes, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """A line that says how good they are and which box is which; below it the pictures, with the
    class and the overlap of each."""
    count = comfortable(
        answer.shape, width, height - 1, caption=True, least=LEAST_CAPTION + 2
    )  # fmt: skip
    tiles = [_tile(example, answer, palette, unicode) for example in answer.examples[:count]]
    drawn = image_grid(tiles, palette, width, height - 1, unicode=unicode)
    return [_words(answer, palette, width, unicode), *drawn]


def _words(answer: Boxes, palette: Palette, width: int, unicode: bool) -> Text:
    grid = Grid(width, 1, unicode)
    some = "all" if answer.looked_at == answer.total else f"the first {answer.looked_at:,}"
    iou = "" if answer.overlap is None else f"mean IoU {answer.overlap:.3f}"
    wrong = f"{answer.wrong} of {answer.looked_at} classes wrong"
    signs = {role: f"{box_sign(role, palette, unicode)} {word}" for role, word in WORDS.items()}
    legend = sum(len(text) + 2 for text in signs.values())
    ways = [f"{iou} of {some} of {answer.part}; {wrong}", f"{iou}; {wrong}", iou]
    text = next((way for way in ways if len(way) + legend <= width), iou.removeprefix("mean "))
    x = grid.put(0, 0, fitted(text, width), palette.style("text", bold=True)) + 2
    for role, name in signs.items():
        if x + len(name) <= width:
            x = grid.put(x, 0, name, palette.style(role)) + 2
    return grid.lines()[0]


def _tile(example: BoxedPicture, answer: Boxes, palette: Palette, unicode: bool) -> Tile:
    is_right = example.given == example.true
    said = answer.classes[example.given]
    name = said if is_right else f"{said}, is {answer.classes[example.true]}"
    overlap = "" if example.overlap is None else f"{example.overlap:.2f} "
    if len(overlap + name) > LEAST_CAPTION:
        name = f"is {answer.classes[example.true]}"  # it is marked as wrong
    pair = {TRUE: example.true_box, GIVEN: example.box}
    picture = outlined(coloured(example.x, answer.shape), pair, palette, unicode)
    return Tile(picture, f"{overlap}{name}", is_right)
