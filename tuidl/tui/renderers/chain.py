"""The chain rule as lines: from the loss to a weight, each factor with its numbers."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from tuidl.charts.grid import Grid, fitted, layer_fitted
from tuidl.charts.palette import Palette
from tuidl.protocol.chain import Chain, ChainChoice, ChainLink, ChainTerm

MOST_TERMS = 6
"""Parts of a sum that are shown where there is room."""
WIDE = 90
"""Width from which on numbers have six digits, not four."""


@dataclass(frozen=True)
class Row:
    """A line: ``label``, then ``numbers`` in their columns (as upstream, local, value), ``note``
    behind them. ``role``: its colour; ``total``: the value is what a sum comes to."""

    label: str
    numbers: tuple[str, str, str] = ("", "", "")
    note: str = ""
    role: str = "text"
    total: bool = False


def chain_lines(
    answer: Chain, palette: Palette, width: int, height: int, unicode: bool, first: int = 0
) -> list[Text]:
    """As many parts of each sum as there is room for; ``first``: the line at the top."""
    rows = _fitting(answer, width, height)
    start = min(first, max(len(rows) - height, 0))
    grid = Grid(width, height, unicode)
    names = _names(rows)
    for y, row in enumerate(rows[start : start + height]):
        _put(grid, palette, row, y, names, _digits(width))
    left = len(rows) - start - height
    if left > 0:
        grid.put(0, height - 1, " " * width)
        words = f"{left + 1} more lines: page down"
        grid.put(0, height - 1, words, palette.style("accent", bold=True))
    return grid.lines()


def _fitting(answer: Chain, width: int, height: int) -> list[Row]:
    """The fullest version that there is room for, or the shortest one: first with every note on a
    line of its own where it does not fit beside its numbers."""
    rows: list[Row] = []
    for with_notes in (True, False):
        for most in range(MOST_TERMS, 0, -1):
            rows = chain_rows(answer, width, most)
            rows = _with_notes(rows, width) if with_notes else rows
            if len(rows) <= height:
                return rows
    return rows


def _with_notes(rows: Sequence[Row], width: int) -> list[Row]:
    room = width - _end(_names(rows), _digits(width)) - 2
    found: list[Row] = []
    for row in rows:
        found.append(row)
        if len(row.note) > room and any(char.isdigit() for char in row.note):
            texts = textwrap.wrap(row.note, max(width - 6, 10))
            found += [Row(f"      {text}", role="muted") for text in texts]
    return found


def _names(rows: Sequence[Row]) -> int:
    """Cells for what numbers are of."""
    return max((len(row.label) for row in rows if any(row.numbers)), default=0) + 1


def _end(names: int, digits: int) -> int:
    """The cell behind the value."""
    return names + 3 * (digits + 7) + 6


def lines_of(answer: Chain, width: int) -> int:
    """How many lines the shortest version has."""
    return len(chain_rows(answer, width, 1))


def chain_rows(answer: Chain, width: int, most: int) -> list[Row]:
    """All lines, with at most ``most`` parts of each sum; a label too long for its column has a
    line of its own."""
    room = width - _end(0, _digits(width))
    rows: list[Row] = []
    for row in _all_rows(answer, width, most):
        if any(row.numbers) and len(row.label) >= room:
            rows += [Row(text, role=row.role) for text in textwrap.wrap(row.label, width)]
            row = replace(row, label="")
        rows.append(row)
    return rows


def _all_rows(answer: Chain, width: int, most: int) -> list[Row]:
    digits = _digits(width)
    rows = _head(answer, width)
    for link in answer.links:
        if link.terms:
            rows += _sum(link, f"dL/d {link.title}", most, digits)
    if answer.last is not None:
        rows += _last(answer, width, most, digits)
    return [*rows, *_agreement(answer, width, digits)]


def _head(answer: Chain, width: int) -> list[Row]:
    """What everything is of, the loss, and what it hands to the first output."""
    rows = [Row(text, role="muted") for text in textwrap.wrap(answer.of, width)]
    if answer.reason:
        words = f"{'Why 0' if not answer.analytic else 'Note'}: {answer.reason}"
        rows += [Row(text, role="accent") for text in textwrap.wrap(words, width)]
    start, digits = answer.start, _digits(width)
    if start is None:
        return rows
    rows.append(Row(f"loss L: {start.kind} = {_number(start.loss, digits)}", role="train"))
    if answer.followed is not None:
        words = f"the way through example {answer.followed}, which adds most:"
        rows += [Row(text, role="muted") for text in textwrap.wrap(words, width)]
    value = _number(start.gradient, digits)
    label = f"dL/d {start.title}"
    rule = f"{start.rule} = {start.numbers}" if start.rule else f"by {start.kind}"
    if len(label) + len(rule) + len(value) + 6 > width:
        rule = start.rule or rule
    rows.append(Row(f"{label} = {rule} = {value}", role="text"))
    return rows


def _sum(link: ChainLink, title: str, most: int, digits: int) -> list[Row]:
    """The sum over what reads a number: one line where there is but one part."""
    terms = link.terms[:most]
    hidden = link.terms[most:]
    rest = link.rest + sum(1 for term in hidden if term.value)
    rest_sum = (link.rest_sum or 0.0) + sum(term.value or 0.0 for term in hidden)
    if len(link.terms) == 1 and not rest and not link.from_loss:
        term = link.terms[0]
        note = ", ".join(part for part in (term.at, term.note) if part)
        return [Row(title, _numbers(term, digits), note, total=True)]
    rows = [_term(term, digits) for term in terms]
    if link.from_loss and terms:
        rows.insert(0, Row("  from the loss itself", ("", "", _number(link.from_loss, digits))))
    if rest:
        words = f"  and {rest} more: sum"
        rows.append(Row(words, ("", "", _number(rest_sum, digits)), role="muted"))
    total = _number(link.total, digits)
    return [*rows, Row(title, ("", "sum", total), total=True)]


def _term(term: ChainTerm, digits: int) -> Row:
    return Row(f"  {term.at}" if term.at else "  ", _numbers(term, digits), term.note)


def _numbers(term: ChainTerm, digits: int) -> tuple[str, str, str]:
    return (
        _number(term.upstream, digits),
        _number(term.local, digits),
        _number(term.value, digits),
    )


def _last(answer: Chain, width: int, most: int, digits: int) -> list[Row]:
    """Gradient times input, over all places where the weight is used."""
    last = answer.last
    assert last is not None
    if not last.terms:
        return [Row(f"dL/d {answer.title}", ("", "sum", _number(last.total, digits)), total=True)]
    words = f"gradient × {last.words}, at each place where the weight is used:"
    if len(last.terms) + last.rest == 1:
        words = f"gradient × {last.words}:"
    rows = [Row(text, role="muted") for text in textwrap.wrap(words, width)]
    rows += _sum(last, f"dL/d {answer.title}", most, digits)
    if answer.penalty:
        total = rows.pop()
        if total.numbers[0]:
            rows.append(Row("  by the way above", total.numbers, total.note))
        rows.append(Row("  penalty on the weight", ("", "", _number(answer.penalty, digits))))
        total = Row(total.label, ("", "sum", _number(answer.analytic, digits)), total=True)
        rows.append(total)
    return rows


def _agreement(answer: Chain, width: int, digits: int) -> list[Row]:
    """The same number by the engine's backward pass, and by moving the weight."""
    title, value = answer.title, _number(answer.analytic, digits)
    rows = []
    if answer.last is None and not answer.choices[answer.chosen].is_neurons:
        rows.append(Row(f"dL/d {title} = {value}"))
    same = _same(answer)
    text = f"{'✓' if same else '✗'} engine, {answer.precision}: {_number(answer.engine, digits)}"
    words = "the same to its precision" if same else "not the same: rounding moved a kink"
    rows.append(Row(f"{text}, {words}", role="good" if same else "bad"))
    if answer.is_kink:
        left, right = _number(answer.left, digits), _number(answer.right, digits)
        words = (
            f"✗ a kink here: the loss has slope {left} to the left and {right} to the right, so no "
            "derivative; the analytic number is one in between"
        )
        return rows + [Row(text, role="accent") for text in textwrap.wrap(words, width)]
    error = "0" if not answer.error else f"{answer.error:.1e}"
    sign = "✓" if answer.agrees else "✗"
    text = f"{sign} numeric, h {answer.step:.0e}: {_number(answer.numeric, digits)}"
    role = "good" if answer.agrees else "bad"
    words = f"{text}, relative error {error} in float64"
    return rows + [Row(text, role=role) for text in textwrap.wrap(words, width)]


def _same(answer: Chain) -> bool:
    """Whether the engine's gradient is that of float64 but for its rounding."""
    if answer.engine is None or answer.analytic is None:
        return False
    near = 1e-3 if answer.precision == "float32" else 1e-8
    parts = [abs(term.value or 0.0) for term in (answer.last.terms if answer.last else ())]
    largest = max([abs(answer.analytic), abs(answer.engine), *parts])
    return abs(answer.engine - answer.analytic) <= near * largest + 1e-8


def _put(grid: Grid, palette: Palette, row: Row, y: int, names: int, digits: int) -> None:
    """``label   upstream × local = value   note``; a note that does not fit is left out."""
    style = palette.style(row.role, bold=row.total)
    if not any(row.numbers):
        grid.put(0, y, fitted(row.label, grid.width), style)
        return
    each = digits + 7
    grid.put(0, y, fitted(row.label, names), style)
    upstream, local, value = row.numbers
    at = names
    grid.put_right(at + each, y, upstream, style)
    grid.put(at + each, y, " × " if upstream else "", palette.style("muted"))
    grid.put_right(at + 2 * each + 3, y, local, style if upstream else palette.style("muted"))
    grid.put(at + 2 * each + 3, y, " =", palette.style("muted"))
    end = _end(names, digits)
    grid.put_right(end, y, value, palette.style("accent", bold=True) if row.total else style)
    if len(row.note) + 2 <= grid.width - end:
        grid.put(end + 2, y, row.note, palette.style("muted"))


def choice_lines(
    choices: Sequence[ChainChoice], chosen: int, palette: Palette, width: int, height: int,
    unicode: bool,
) -> list[Text]:  # fmt: skip
    """What can be chosen, with shapes; the chosen one stays in sight."""
    grid = Grid(width, height, unicode)
    first = min(max(chosen - height // 2, 0), max(len(choices) - height, 0))
    for y, choice in enumerate(choices[first : first + height]):
        what = ": neurons" if choice.is_neurons else ""
        shape = " × ".join(map(str, choice.shape)) or "1"
        name = layer_fitted(choice.name, max(width - len(shape) - len(what) - 1, 1)) + what
        style = palette.style("muted" if choice.is_neurons else "text")
        grid.put(0, y, name, style)
        grid.put_right(width, y, shape, palette.style("muted"))
        if first + y == chosen:
            grid.tint(0, y, width, palette.selected)
    return grid.lines()


def _digits(width: int) -> int:
    return 6 if width >= WIDE else 4


def _number(value: float | None, digits: int) -> str:
    if value is None:
        return "not finite"
    return "0" if value == 0 else f"{value:.{digits}g}"
