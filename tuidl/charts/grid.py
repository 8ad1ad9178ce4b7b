"""A grid of cells that charts write into; it becomes lines of exactly its width."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from rich.cells import cell_len
from rich.style import Style
from rich.text import Span, Text

from tuidl.core.printable import printable

LOOKALIKES = {
    "-": "─┄╌┈╍−–—", "=": "▅▄▌▍▋━Ⅱ", "|": "│┊┃▏", "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛✓", "x": "✗×",
    "#": "█▓▉▊▇▆■", "_": "▁▂", "o": "●", "@": "◆", "^": "▲△↑", "v": "▼↓", ">": "▸▶→", "<": "◂◀←",
    ".": "·░…○◇", ":": "▒⋮┋", "~": "▃∞", "u": "µ", "2": "²", "T": "ᵀ",
}  # fmt: skip
ASCII = {ord(char): sign for sign, chars in LOOKALIKES.items() for char in chars}
"""What stands for a character on a terminal that knows no others; everything else is ``?``."""


LONGEST = 10
"""Characters of one cell at most: a base, its marks, and a little more."""


class Grid:
    """``width`` by ``height`` cells, each a character and a style; writing outside is ignored.

    A character two cells wide fills its cell and leaves an empty text in the next.
    """

    def __init__(self, width: int, height: int, unicode: bool = True) -> None:
        self.width, self.height, self.unicode = max(width, 0), max(height, 0), unicode
        self.chars = [[" "] * self.width for _ in range(self.height)]
        self.styles: list[list[Style | None]] = [[None] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, text: str, style: Style | None = None) -> int:
        """Write ``text`` from cell ``x`` of line ``y``; returns the cell after it."""
        if not 0 <= y < self.height:
            return x + cell_len(printable(text))
        simple = narrow(text, self.unicode)
        if simple is not None:
            return self._put_narrow(x, y, simple, style)
        for char in printable(text):
            x = self._put_char(x, y, char, style)
        return x

    def _put_narrow(self, x: int, y: int, text: str, style: Style | None) -> int:
        end = x + len(text)
        if x < 0 or end > self.width:
            text, x = text[max(-x, 0) : max(self.width - x, 0)], max(x, 0)
        if text:
            self._mend(x, y, len(text))
            self.chars[y][x : x + len(text)] = text
            self.styles[y][x : x + len(text)] = [style] * len(text)
        return end

    def _put_char(self, x: int, y: int, char: str, style: Style | None) -> int:
        size = cell_len(char)
        if size == 0:
            self._put_mark(x - 1, y, char)
            return x
        if not self.unicode and not char.isascii():
            char = char.translate(ASCII)
            char = (char if char.isascii() else "?") * size
        elif size == 2:
            char = char if 0 <= x < self.width - 1 else "  "
        if x >= 0 and x + size <= self.width:
            self._mend(x, y, size)
            for i in range(size):
                self.chars[y][x + i] = char[i] if i < len(char) else ""
                self.styles[y][x + i] = style
        return x + size

    def _put_mark(self, x: int, y: int, mark: str) -> None:
        """An accent goes on the character before it, in the same cell."""
        if self.unicode and 0 <= x < self.width:
            x -= 0 if self.chars[y][x] or not x else 1
            self.chars[y][x] += mark

    def _mend(self, x: int, y: int, size: int) -> None:
        """No half of a wide character may stay behind."""
        row = self.chars[y]
        if not row[x] and x > 0:
            row[x - 1] = " "
        if x + size < self.width and not row[x + size]:
            row[x + size] = " "

    def at(self, x: int, y: int) -> str:
        """The character of a cell, nothing outside."""
        return self.chars[y][x] if 0 <= x < self.width and 0 <= y < self.height else ""

    def put_right(self, end: int, y: int, text: str, style: Style | None = None) -> None:
        """Write ``text`` so that it ends before cell ``end``."""
        self.put(end - cell_len(printable(text)), y, text, style)

    def put_middle(self, x: int, y: int, size: int, text: str, style: Style | None = None) -> None:
        """Write ``text`` in the middle of ``size`` cells."""
        text = fitted(text, size)
        self.put(x + (size - cell_len(text)) // 2, y, text, style)

    def tint(self, x: int, y: int, width: int, style: Style | None) -> None:
        """Lay a style over ``width`` cells as they are: the background of a chosen row."""
        if style is None or not 0 <= y < self.height:
            return
        row = self.styles[y]
        for i in range(max(x, 0), min(x + width, self.width)):
            old = row[i]
            row[i] = old + style if old else style

    def lines(self) -> list[Text]:
        return [self.line(y) for y in range(self.height)]

    def line(self, y: int) -> Text:
        row, spans, at, start = self.chars[y], [], 0, 0
        text = "".join(row)
        is_plain = len(text) == len(row) and all(row)  # a character a cell
        for style, group in groupby(self.styles[y]):
            cells = len(list(group))
            end = start + (cells if is_plain else len("".join(row[at : at + cells])))
            if style is not None:
                spans.append(Span(start, end, style))
            at, start = at + cells, end
        return Text(text, spans=spans, no_wrap=True, end="")


@lru_cache(2048)
def narrow(text: str, unicode: bool) -> str | None:
    """The text as it may be shown, if every character of it takes one cell; None otherwise."""
    if printable(text) != text or any(cell_len(char) != 1 for char in text):
        return None
    if unicode or text.isascii():
        return text
    return "".join(char if char.isascii() else "?" for char in text.translate(ASCII))


SHORT_WORDS = {
    "activation": "act", "attention": "attn", "average": "avg", "bidirectional": "bi",
    "convolution": "conv", "embedding": "emb", "normalization": "norm", "position": "pos",
}  # fmt: skip
"""Of layers' names, where there is no room for the whole."""
LEAST_BOTH_ENDS = 8
"""Cells that a name's start and end need."""


def layer_fitted(name: str, size: int) -> str:
    """A layer's name in at most ``size`` cells: of several networks, NETWORK.LAYER or, where one is
    used again, NETWORK@OUTPUT.LAYER, of which the layer and the start of what tells the use apart
    stay; of others the start and the end, which tells ``block_1_norm`` from ``block_2_dense``."""
    if cell_len(name) <= size or size < LEAST_BOTH_ENDS:
        return fitted(name, size)
    if "." not in name:
        start = size // 3
        if any(part.isdigit() for part in name.split("_")[:-1]):
            return _short_words(name, size)
        for shorter in _known_short(name.split("_")):
            if cell_len(short := "_".join(shorter)) <= size:
                return short
        return (
            f"{name[:start]}…{name[start + 1 - size :]}" if name.isascii() else fitted(name, size)
        )
    use, _, layer = name.rpartition(".")
    again = use.partition("@")[2]
    use = f"@{again}" if again else use
    layer = next(
        (w for way in _known_short(layer.split("_")) if len(w := "_".join(way)) + 2 <= size), layer
    )
    room = size - cell_len(layer) - 1
    if use.replace("_", "").isalnum() and any(map(str.isdigit, use)):
        use = layer_fitted(use, room)  # a layer of a block, and one of its parameters
    return f"{fitted(use, room)}.{layer}" if room > 1 else fitted(layer, size)


def _short_words(name: str, size: int) -> str:
    """The initials of the words that name the block and all numbers of a name, and as much of the
    words of the layer in it as there is room for: ``tb1_attention_norm``."""
    parts = name.split("_")
    block = next((i for i, part in enumerate(parts) if part.isdigit()), len(parts))
    start = "".join(part[:1] for part in parts[:block]) + "".join(parts[block : block + 1])
    words = parts[block + 1 :]
    known = list(_known_short(words))
    longest = max(map(len, known[-1]), default=1)
    cut = ([word[:most] for word in known[-1]] for most in range(longest, 0, -1))
    for shown in (*known, *cut):
        short = "_".join([start, *shown])
        if cell_len(short) <= size:
            return short
    return fitted(name, size)


def _known_short(words: list[str]) -> Iterator[list[str]]:
    """The words as they are, then with more and more of the usual short forms, longest first."""
    yield words
    for longest in sorted(set(words) & SHORT_WORDS.keys(), key=lambda word: (-len(word), word)):
        words = [SHORT_WORDS[longest] if word == longest else word for word in words]
        yield words


def joined(parts: Sequence[str], size: int, gap: str) -> str:
    """As many of the parts, from the first on, as fit into ``size`` cells whole."""
    text = fitted(parts[0], size) if parts else ""
    for part in parts[1:]:
        if cell_len(text + gap + part) > size:
            break
        text += gap + part
    return text


def worded(size: int, *texts: str) -> str:
    """The first of several ways to say a thing that fits into ``size`` cells whole; where none
    does, the last one, cut."""
    return next((text for text in texts if cell_len(text) <= size), fitted(texts[-1], size))


def fitted(text: str, size: int) -> str:
    """``text``, printable, in at most ``size`` cells, with a sign where something was cut off."""
    text = printable(text[: LONGEST * max(size, 0) + 1])
    if cell_len(text) <= size:
        return text
    kept = ""
    for char in text:
        if cell_len(kept + char) > size - 1:
            break
        kept += char
    return kept + "…" if size > 0 else ""
