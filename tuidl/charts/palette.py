"""Colours by role. No hue says anything alone: charts add markers, dashes, letters, text."""

from dataclasses import dataclass
from functools import lru_cache

from rich.color import Color
from rich.style import Style

RGB = tuple[int, int, int]
GREYS = 252
"""Channels are rounded to multiples of 4 in pictures, so that few styles serve many colours."""


@dataclass(frozen=True)
class Palette:
    """Colours of what charts show. Where ``colors`` is False only bold and dim are used.

    ``diverging`` goes from the most negative over zero to the most positive value; ``ground`` is
    what colours fade into, about the terminal's background. ``rising`` goes from the least to the
    most: each stands out more on the ground than the one before.
    """

    name: str
    text: RGB
    muted: RGB
    faint: RGB
    ground: RGB
    train: RGB
    validation: RGB
    good: RGB
    bad: RGB
    accent: RGB
    series: tuple[RGB, ...]
    diverging: tuple[RGB, RGB, RGB]
    rising: tuple[RGB, RGB, RGB]
    colors: bool = True

    def rgb(self, role: str) -> RGB:
        """The colour of a role by its name; ``series 1`` to ``series 8`` go round."""
        if role.startswith("series"):
            return self.series[(int(role.removeprefix("series")) - 1) % len(self.series)]
        color: RGB = getattr(self, role)
        return color

    def style(self, role: str, *, bold: bool = False, over: RGB | None = None) -> Style:
        """How text of a role looks, on a background of its own where ``over`` is given."""
        if self.colors:
            return painted(self.rgb(role), over, bold)
        return plain(role in DIM, bold or role in BOLD)

    def faded(self, role: str, share: float) -> RGB:
        """The role's colour, of which ``share`` is left and the rest is the ground's."""
        return mixed(self.ground, self.rgb(role), share)

    def tint(self, color: RGB) -> Style | None:
        """A background, where there are colours."""
        return painted(None, color) if self.colors else None

    def ink(self, over: RGB) -> RGB:
        """What can be read on a background: the text's colour or the ground's."""
        return max(self.text, self.ground, key=lambda color: contrast(color, over))

    @property
    def selected(self) -> Style:
        """What the user points at: a background, or reverse video without colours."""
        if self.colors:
            return painted(self.text, mixed(self.ground, self.accent, 0.45), True)
        return REVERSE


DIM = frozenset(("muted", "faint"))
BOLD = frozenset(("accent", "bad", "train"))
REVERSE = Style(reverse=True)


@lru_cache(4096)
def painted(color: RGB | None, over: RGB | None = None, bold: bool = False) -> Style:
    """A style from colours; cached, since making one takes longer than drawing its cell."""
    return Style(
        color=Color.from_rgb(*color) if color else None,
        bgcolor=Color.from_rgb(*over) if over else None,
        bold=bold or None,
    )


@lru_cache
def plain(dim: bool, bold: bool) -> Style:
    return Style(dim=dim or None, bold=bold or None)


def mixed(low: RGB, high: RGB, share: float) -> RGB:
    """From ``low`` (share 0) to ``high`` (1), a little rounded."""
    red, green, blue = (
        min(max(round((a + (b - a) * share) / 4) * 4, 0), GREYS)
        for a, b in zip(low, high, strict=True)
    )
    return (red, green, blue)


def brightness(color: RGB) -> float:
    """How light a colour looks, 0 to 1, as the guidelines for web pages define it."""
    red, green, blue = (
        c / 12.92 if (c := channel / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for channel in color
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: RGB, second: RGB) -> float:
    """From 1, the same, to 21, black on white; text wants 4.5, signs and lines 3."""
    low, high = sorted((brightness(first), brightness(second)))
    return (high + 0.05) / (low + 0.05)


def diverged(palette: Palette, value: float) -> RGB:
    """The colour of a value from -1 to 1."""
    low, middle, high = palette.diverging
    return mixed(middle, high if value > 0 else low, abs(value))


DEFAULT = Palette(
    name="default",
    text=(214, 218, 226),
    muted=(126, 134, 150),
    faint=(52, 57, 69),
    ground=(18, 20, 26),
    train=(98, 174, 239),
    validation=(240, 170, 92),
    good=(126, 200, 134),
    bad=(236, 106, 118),
    accent=(190, 148, 242),
    series=(
        (98, 174, 239),
        (240, 170, 92),
        (126, 200, 134),
        (236, 106, 118),
        (190, 148, 242),
        (94, 206, 206),
        (232, 214, 116),
        (226, 142, 196),
    ),
    diverging=((64, 140, 232), (30, 33, 41), (244, 160, 78)),
    rising=((84, 70, 150), (60, 150, 164), (244, 222, 112)),
)

LIGHT = Palette(
    name="light",
    text=(36, 41, 51),
    muted=(94, 102, 118),
    faint=(206, 210, 218),
    ground=(250, 250, 252),
    train=(20, 104, 184),
    validation=(168, 84, 0),
    good=(24, 122, 52),
    bad=(196, 36, 52),
    accent=(124, 58, 190),
    series=(
        (20, 104, 184),
        (168, 84, 0),
        (24, 122, 52),
        (196, 36, 52),
        (124, 58, 190),
        (0, 118, 124),
        (122, 102, 0),
        (176, 40, 130),
    ),
    diverging=((24, 96, 200), (240, 240, 244), (214, 104, 0)),
    rising=((188, 176, 222), (60, 144, 152), (92, 40, 0)),
)

COLOR_BLIND = Palette(
    name="color-blind",
    text=(220, 220, 220),
    muted=(140, 140, 140),
    faint=(56, 56, 56),
    ground=(18, 18, 18),
    train=(86, 180, 233),
    validation=(230, 159, 0),
    good=(0, 158, 115),
    bad=(213, 94, 0),
    accent=(204, 121, 167),
    # Okabe and Ito's eight; their black would vanish on a dark ground and is white here.
    series=(
        (86, 180, 233),
        (230, 159, 0),
        (0, 158, 115),
        (240, 228, 66),
        (0, 114, 178),
        (213, 94, 0),
        (204, 121, 167),
        (240, 240, 240),
    ),
    # Brightness rises all the way, so the order can be read without seeing any hue.
    diverging=((0, 52, 110), (112, 116, 122), (252, 222, 110)),
    rising=((44, 84, 150), (130, 128, 124), (252, 222, 110)),
)

MONOCHROME = Palette(
    name="monochrome",
    text=(255, 255, 255),
    muted=(160, 160, 160),
    faint=(80, 80, 80),
    ground=(0, 0, 0),
    train=(255, 255, 255),
    validation=(255, 255, 255),
    good=(255, 255, 255),
    bad=(255, 255, 255),
    accent=(255, 255, 255),
    series=((255, 255, 255),) * 8,
    diverging=((0, 0, 0), (128, 128, 128), (255, 255, 255)),
    rising=((96, 96, 96), (160, 160, 160), (255, 255, 255)),
    colors=False,
)

PALETTES = {palette.name: palette for palette in (DEFAULT, LIGHT, COLOR_BLIND, MONOCHROME)}
