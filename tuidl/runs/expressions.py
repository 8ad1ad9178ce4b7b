"""Conditions on runs: ``optimizer.learning_rate < 0.01 and data.source == "digits"``.

Python's grammar, of which only comparisons, ``and``, ``or``, ``not``, ``in`` and arithmetic are
understood. Nothing is evaluated by Python: names are keys of runs, and there are no calls.
"""

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tuidl.core.errors import RunError

LONGEST = 2000
WORDS = {"true": True, "false": False, "none": None}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
SUMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}  # fmt: skip
UNDERSTOOD = "comparisons, and, or, not, in, + - * /, numbers, texts in quotes, keys of runs"
Find = Callable[[str], Any]
"""The value of a key; None where there is none."""


class _UnknownError(Exception):
    """A key that this run has no value of, or one that cannot be compared so."""


@dataclass(frozen=True)
class Condition:
    """``keys``: all that it names; ``bare``: those of them that are asked whether they are true,
    and not compared."""

    text: str
    tree: ast.expr
    keys: tuple[str, ...]
    bare: tuple[str, ...] = ()

    def holds(self, find: Find) -> bool:
        """Whether it is true. A comparison with what a run does not have, or of a number with a
        text, is neither true nor false: the run is left out, also by ``not``."""
        try:
            return _value(self.tree, find) is True
        except (_UnknownError, TypeError, ZeroDivisionError, OverflowError):
            return False


def condition(text: str) -> Condition:
    """Raises RunError for what is no condition."""
    if len(text) > LONGEST:
        raise RunError(f"a condition of {len(text):,} characters; at most {LONGEST:,}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        keys = tuple(dict.fromkeys(_keys(tree)))
    except SyntaxError as error:
        where = f" at character {error.offset}" if error.offset else ""
        raise RunError(f"{text!r} is no condition{where}: {UNDERSTOOD}") from None
    except (ValueError, RecursionError, MemoryError):
        raise RunError(f"{text[:80]!r} is no condition: {UNDERSTOOD}") from None
    if not _is_condition(tree):
        raise RunError(f"{text!r} compares nothing: {UNDERSTOOD}")
    return Condition(text, tree, keys, tuple(dict.fromkeys(_bare(tree))))


def _is_condition(tree: ast.expr) -> bool:
    if isinstance(tree, ast.BoolOp):
        return all(map(_is_condition, tree.values))
    if isinstance(tree, ast.UnaryOp):
        return isinstance(tree.op, ast.Not) and _is_condition(tree.operand)
    return isinstance(tree, ast.Compare) or _key_of(tree) is not None


def _bare(tree: ast.expr) -> Iterator[str]:
    """Keys that stand where something true or false is expected."""
    key = _key_of(tree)
    if key is not None and key not in WORDS:
        yield key
    elif isinstance(tree, ast.BoolOp | ast.UnaryOp):
        for part in _parts(tree):
            yield from _bare(part)


def _keys(tree: ast.expr) -> Iterator[str]:
    """Every key that a tree names. Raises ValueError for what is not understood."""
    key = _key_of(tree)
    if key is not None:
        if key not in WORDS:
            yield key
        return
    for part in _parts(tree):
        yield from _keys(part)


def _parts(tree: ast.expr) -> list[ast.expr]:
    """What a tree is made of. Raises ValueError for what is not understood."""
    match tree:
        case ast.BoolOp(values=values):
            return values
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            return [operand]
        case ast.BinOp(left=left, right=right, op=op) if type(op) in SUMS:
            return [left, right]
        case ast.Compare(left=left, comparators=others, ops=ops):
            if all(type(op) in COMPARISONS for op in ops):
                return [left, *others]
        case ast.List(elts=values) | ast.Tuple(elts=values):
            return values
        case ast.Constant(value=int() | float() | str() | bool() | None):
            return []
    raise ValueError(ast.dump(tree)[:80])


def _key_of(tree: ast.expr) -> str | None:
    """``layers[0].units``, where a tree is such a key."""
    match tree:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name):
            before = _key_of(inner)
            return None if before is None else f"{before}.{name}"
        case ast.Subscript(value=inner, slice=ast.Constant(value=int(number))):
            before = _key_of(inner)
            return None if before is None else f"{before}[{number}]"
    return None


def _value(tree: ast.expr, find: Find) -> Any:
    """Raises _UnknownError, or TypeError where values do not go together."""
    key = _key_of(tree)
    if key is not None:
        return WORDS[key] if key in WORDS else _known(key, find)
    match tree:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(one, find) is True for one in values)
        case ast.BoolOp(values=values):
            return _any(values, find)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _value(operand, find) is not True
        case ast.UnaryOp(operand=operand):
            return -_value(operand, find)
        case ast.BinOp(left=left, right=right, op=op):
            return SUMS[type(op)](_number(left, find), _number(right, find))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(one, find) for one in parts]
        case ast.Compare(left=left, ops=ops, comparators=others):
            values = [_value(one, find) for one in (left, *others)]
            pairs = zip(ops, values[:-1], values[1:], strict=True)
            return all(COMPARISONS[type(op)](a, b) for op, a, b in pairs)
        case ast.Constant(value=value):
            return value
    raise _UnknownError


def _number(tree: ast.expr, find: Find) -> float:
    """Raises TypeError for a text, of which there could be a billion."""
    value = _value(tree, find)
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return value


def _any(values: list[ast.expr], find: Find) -> bool:
    """One side that a run knows nothing of leaves the other."""
    unknown = 0
    for one in values:
        try:
            if _value(one, find) is True:
                return True
        except (_UnknownError, TypeError, ZeroDivisionError, OverflowError):
            unknown += 1
    if unknown:
        raise _UnknownError
    return False


def _known(key: str, find: Find) -> Any:
    value = find(key)
    if value is None:
        raise _UnknownError
    return value
