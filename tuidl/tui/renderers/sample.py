"""What a network writes, its probabilities, and the map of its tokens, as lines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tuidl.charts.bars import Bar, bars
from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted, joined, worded
from tuidl.charts.palette import Palette
from tuidl.core.printable import in_quotes, printable
from tuidl.protocol.text_answers import EmbeddingMap, Token

LEAST_BITS, MOST_BITS = 0.5, 6.0
"""Surprise of a token, in bits: between these its background goes from the ground to full."""
MORE = "…"
LABELS = 24
"""Cells of a token on the map, at most."""


@dataclass(frozen=True)
class Written:
    """``given``: the prompt; ``tokens``: those written now; ``before``: those of the sample before,
    of which the end is still to be written over. ``cursor``: the place among ``tokens`` of the one
    that other panels speak of. ``goes_on``: whether it was ended for its length alone."""

    given: str
    tokens: Sequence[Token]
    before: Sequence[Token] = ()
    cursor: int | None = None
    goes_on: bool = False


def written(
    sample: Written, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The text with each token on a background that is the fuller the less likely it was; behind
    it, faintly, what is left of the text before. The line of the cursor stays in sight."""
    pieces: list[tuple[str, Style | None]] = [(sample.given, palette.style("muted"))]
    for place, token in enumerate(sample.tokens):
        pieces.append((token.text, _style(token, palette, place == sample.cursor)))
    at = len(pieces) - 1 if sample.cursor is None else sample.cursor + 1
    for token in sample.before[len(sample.tokens) :]:
        pieces.append((token.text, palette.style("faint")))
    if sample.goes_on and not pieces[-1][0].endswith("\n"):
        pieces.append((MORE, palette.style("muted")))
    rows, line = _wrapped(pieces, width, at)
    first = max(min(line - height * 2 // 3, len(rows) - height), 0)
    grid = Grid(width, height, unicode)
    for y, row in enumerate(rows[first : first + height]):
        x = 0
        for char, style in row:
            x = grid.put(x, y, char, style)
    return grid.lines()


def _style(token: Token, palette: Palette, chosen: bool) -> Style | None:
    if chosen:
        return palette.selected
    if token.is_given:
        return palette.style("muted")
    share = token.share if token.share else 1e-9
    surprise = -math.log2(max(min(share, 1.0), 1e-9))
    strength = (surprise - LEAST_BITS) / (MOST_BITS - LEAST_BITS)
    if not palette.colors:
        return palette.style("bad", bold=True) if strength > 1 else palette.style("text")
    over = palette.faded("bad", 0.45 * min(max(strength, 0.0), 1.0))
    return palette.style("text", over=over)


def _wrapped(
    pieces: Sequence[tuple[str, Style | None]], width: int, at: int
) -> tuple[list[list[tuple[str, Style | None]]], int]:
    """Rows of characters, and the row where piece ``at`` begins. A line end that the cursor is on
    shows its sign."""
    rows: list[list[tuple[str, Style | None]]] = [[]]
    used, line = 0, 0
    for number, (text, style) in enumerate(pieces):
        line = len(rows) - 1 if number == at else line
        for char in text:
            if char == "\n":
                rows[-1].append(("↵", style if number == at else Style(dim=True)))
                rows.append([])
                used = 0
                continue
            shown = printable(" " if char == "\t" else char)
            size = cell_len(shown)
            if used + size > width:
                rows.append([])
                used = 0
            rows[-1].append((shown, style))
            used += size
    return rows, line


def likeliest(
    token: Token | None, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """A bar for each of the likeliest tokens; the one that was drawn is marked."""
    if token is None:
        return bars([], palette, width, height, unicode=unicode)
    if token.is_given:
        grid = Grid(width, height, unicode)
        note(grid, palette, "given, not drawn")
        return grid.lines()
    found = [Bar(name, share or 0.0, name == token.name) for name, share in token.top]
    if not any(bar.right for bar in found):
        found.append(Bar(token.name, token.share or 0.0, True))
    return bars(found, palette, width, height, most=1.0, percent=True, unicode=unicode)


def embedding_map(
    answer: EmbeddingMap, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Each token by its name where its vector lies along the two main directions; the one asked for
    and its nearest are marked, others give way to those that lie below them."""
    grid = Grid(width, height, unicode)
    first, second = (f"{(share or 0):.0%}" for share in answer.explained)
    count, shares = f"{len(answer.tokens)} {answer.what}", f"{first} + {second}"
    title = worded(
        width,
        f"{count}, 2 of {answer.width} directions ({shares})",
        f"{count}, 2 of {answer.width}: {shares}",
        f"{count}: {shares}",
    )
    grid.put(0, 0, title, palette.style("muted"))
    near = {name for name, _ in answer.nearest}
    order = sorted(
        range(len(answer.tokens)),
        key=lambda i: (answer.tokens[i] != answer.asked, answer.tokens[i] not in near),
    )
    taken: set[tuple[int, int]] = set()
    xs, ys = (_scaled(values) for values in (answer.x, answer.y))
    for i in order:
        name = fitted(answer.tokens[i], LABELS)
        size = cell_len(name)
        x = round(xs[i] * (width - size)) if width > size else 0
        y = 1 + round((1 - ys[i]) * max(height - 3, 0))
        cells = {(x + k, y) for k in range(-1, size + 1)}
        if cells & taken or y >= height - 1:
            continue
        taken |= cells
        role = "text"
        if answer.tokens[i] in near:
            role = "accent"
        style = palette.selected if answer.tokens[i] == answer.asked else palette.style(role)
        grid.put(x, y, name, style)
    near_ones = [f"{name} {cosine or 0:.2f}" for name, cosine in answer.nearest]
    first_near = f"{in_quotes(answer.asked)}: {(near_ones or [''])[0]}"
    named = [worded(width, f"nearest to {first_near}", first_near), *near_ones[1:]]
    grid.put(0, height - 1, joined(named, width, "  "), palette.style("accent"))
    return grid.lines()


def _scaled(values: Sequence[float | None]) -> list[float]:
    """Between 0 and 1; without the hundredth at either end, which would press others together."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return [0.5] * len(values)
    cut = len(known) // 100
    low, high = known[cut], known[-1 - cut]
    room = max(high - low, 1e-12)
    return [min(max(((value or 0.0) - low) / room, 0.0), 1.0) for value in values]


def in_bits(part: str, loss: float, characters: float | None, room: int) -> str:
    """A loss in nats per token of a part of the data as bits per character and perplexity, where
    there is room for both."""
    perplexity = math.exp(min(loss, 700.0))
    per = loss / math.log(2) / (characters or 1.0)
    what = "character" if characters else "token"
    bits = f"{per:.2f} bits"
    return worded(
        room,
        f"{part}: {bits} per {what}, perplexity {perplexity:.3g}",
        f"{part}: {bits} per {what}",
        f"{bits}, {part}",
        "",
    )
