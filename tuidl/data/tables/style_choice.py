"""Whether a column's numbers are times, durations, fractions, coordinates or feet and inches."""

from dataclasses import dataclass

from tuidl.data.tables.styles import Style, styled

SAMPLED = 200
"""Texts that are looked at before all of them are."""
NEARLY_ALL, HALF = 0.9, 0.5
_STYLES: tuple[Style, ...] = ("time", "duration", "fraction", "coordinate", "feet")


@dataclass(frozen=True)
class Found:
    """``style``: "" where there is none; ``guess``: what decided, with the key that overrules."""

    style: Style = ""
    guess: str = ""


def style_of(texts: dict[str, int], plain: int) -> Found:
    """``texts``: the column's texts that are no gaps, with their numbers of rows; ``plain``: rows
    with a plain number."""
    some = list(texts)[:: 1 + len(texts) // SAMPLED]
    likely = [s for s in _STYLES if _share(some, s) >= HALF]
    for style in likely:
        rows = sum(count for text, count in texts.items() if styled(text, style) is not None)
        total = sum(texts.values()) + plain
        numbers = plain if style == "fraction" else 0
        if rows + numbers >= NEARLY_ALL * total and (found := _found(style, list(texts))).style:
            return found
    return Found()


def stated_number(texts: dict[str, int], plain: int) -> Style:
    """The style of a column that is said to be of numbers: 29/14 is a fraction then."""
    found = style_of(texts, plain).style
    if found or _share(list(texts), "fraction") < HALF:
        return found
    return "fraction"


def _share(texts: list[str], style: Style) -> float:
    return sum(styled(text, style) is not None for text in texts) / max(len(texts), 1)


def _found(style: Style, texts: list[str]) -> Found:
    match style:
        case "time":
            return _times(texts)
        case "duration":
            return _durations(texts)
        case "fraction":
            return _fractions(texts)
        case "coordinate":
            return _coordinates(texts)
    if not any("'" in text or "ft" in text.lower() or "feet" in text.lower() for text in texts):
        return Found()
    return Found("feet", 'feet and inches, read as feet; else kind = "category"')


def _times(texts: list[str]) -> Found:
    known = [text for text in texts if styled(text, "time") is not None]
    if any(text.rstrip(".").lower().endswith("m") for text in known):
        return Found("time", 'times of day; else kind = "category"')
    if any(styled(text, "time") is None and styled(text, "duration") is not None for text in texts):
        return Found()
    return Found("time", f'{min(known)!r} is taken as a time of day; else kind = "duration"')


def _durations(texts: list[str]) -> Found:
    known = [text for text in texts if styled(text, "duration") is not None]
    two = [text for text in known if text.count(":") == 1 and "." not in text and "," not in text]
    if two and len(two) < len(known):
        return _minutes(two)
    if two and any(int(text.lstrip("-").split(":")[0].split()[-1]) > 23 for text in two):
        return _minutes(two)
    if two:
        return Found("duration", "durations of hours and minutes, in seconds; "
                     'else format = "m:ss"')  # fmt: skip
    if not any(":" in t or t.startswith(("P", "-P")) or _parts(t) > 1 for t in known):
        return Found()
    return Found("duration", 'durations, in seconds; else kind = "category"')


def _minutes(two: list[str]) -> Found:
    example = min(two)
    why = f"durations, in seconds: {example!r} is minutes and seconds"
    return Found("minutes", f'{why}; else format = "h:mm"')


def _parts(text: str) -> int:
    """Numbers in a text."""
    digits = [c.isdigit() or c in ".," for c in text]
    return sum(here and not before for before, here in zip([False, *digits], digits, strict=False))


def _fractions(texts: list[str]) -> Found:
    """Those that are surely meant so: 3/4 and 2 1/2, where 29/14 or 120/80 may be two numbers."""
    known = [text for text in texts if styled(text, "fraction") is not None]
    if any(_is_improper(text) for text in known):
        return Found()
    example = min(known, key=lambda text: (len(text), text))
    value = styled(example, "fraction")
    return Found("fraction", f'{example!r} is read as {value:.6g}; else kind = "category"')


def _is_improper(text: str) -> bool:
    over, mark, under = text.replace("⁄", "/").replace("∕", "/").partition("/")
    return bool(mark) and int(over.replace("-", " ").split()[-1]) >= int(under)


def _coordinates(texts: list[str]) -> Found:
    known = [text for text in texts if styled(text, "coordinate") is not None]
    sides = {c for text in known for c in text.upper() if c in "NSEW"}
    has_degrees = any("°" in text for text in known)
    if not (has_degrees or len(sides) == 2) or not sides or sides > {"N", "S"}:
        sides_fit = sides <= {"E", "W"} and (has_degrees or len(sides) == 2) and bool(sides)
        if not sides_fit:
            return Found()
    why = "degrees, north and east positive, south and west negative"
    return Found("coordinate", f'{why}; else kind = "category"')
