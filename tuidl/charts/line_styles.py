"""How lines and points of a role look beside their colour: dashes, signs, markers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MARKERS = "●▲■◆○△□◇"
ASCII_MARKERS = "ox#*+%@&"
"""Of classes 1 to 8, and round again."""

HOLLOW = 4
"""Where the open forms of the first markers start."""


@dataclass(frozen=True)
class LineStyle:
    """``on`` and ``off`` cells of a dash, a sample of the line, and its sign in ASCII."""

    on: int
    off: int
    sample: str
    sign: str


SOLID = LineStyle(1, 0, "━━", "*")
LOOKS = {
    "train": SOLID,
    "validation": LineStyle(3, 1, "╍╍", "o"),
    "muted": LineStyle(1, 1, "┈┈", "."),
    "accent": LineStyle(2, 1, "╌╌", "+"),
    "good": LineStyle(4, 1, "╍╍", "="),
}
SERIES = (SOLID, LineStyle(3, 1, "╍╍", "o"), LineStyle(2, 1, "╌╌", "+"), LineStyle(1, 1, "┈┈", "."))
SIGNS = "*o+.x=%~"


def look(role: str) -> LineStyle:
    """The look of a role. Of ``series 1`` to ``series 32`` no two have the same colour and dash:
    colours go round after eight, and dashes are others then."""
    if not role.startswith("series"):
        return LOOKS.get(role, SOLID)
    number = int(role.removeprefix("series")) - 1
    dash = SERIES[(number + number // len(SIGNS)) % len(SERIES)]
    return LineStyle(dash.on, dash.off, dash.sample, SIGNS[number % len(SIGNS)])


def told_apart(roles: Sequence[str], color_of: Callable[[str], object]) -> list[str]:
    """The roles, with another in the place of each that looks like one before it, as far as there
    are others; what is ``muted`` stays so."""

    def looks(role: str) -> tuple[object, int, int]:
        return color_of(role), look(role).on, look(role).off

    spare = [f"series {n}" for n in range(1, len(SIGNS) * len(SERIES) + 1)]
    taken: set[tuple[object, int, int]] = set()
    found = []
    for role in roles:
        if looks(role) in taken and role != "muted":
            role = next((other for other in spare if looks(other) not in taken), role)
        taken.add(looks(role))
        found.append(role)
    return found


def sample(role: str, unicode: bool) -> str:
    """A short piece of a role's line, for legends."""
    return look(role).sample if unicode else look(role).sign * 2


def marker(number: int, unicode: bool) -> str:
    """The sign of class ``number``, counted from 0. Colours go round after as many, and signs are
    others then."""
    return (MARKERS if unicode else ASCII_MARKERS)[(number + number // len(MARKERS)) % len(MARKERS)]
