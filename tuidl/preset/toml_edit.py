"""Changes one thing in a preset's TOML text and leaves the rest as its author wrote it.

The changed text is parsed and compared with the wanted table: where they differ, as with tables
in an unusual layout, the whole text is written anew, and only comments are lost.
"""

import copy
import re
import textwrap
import tomllib
from typing import Any

import tomli_w

from tuidl.core.printable import printable_toml
from tuidl.preset.toml_lines import KeyPath, Statement, statements

Table = dict[str, Any]
LAYERS = "layers"
BARE = re.compile("[A-Za-z0-9_-]+")
"""A key that needs no quotes."""
PROSE = 92
"""Cells of a line of a long text."""


class UnusualError(Exception):
    """The layout of the text is not supported by a patch."""


def with_value(text: str, path: KeyPath, value: Any) -> str:
    """``text`` with ``value`` at ``path``, or without anything there if it is None.

    ``text`` must be TOML.
    """
    wanted = _with_value(tomllib.loads(text), path, value)
    try:
        patched = _patched(text, path, value)
        if tomllib.loads(patched) == wanted:
            return patched
    except (UnusualError, ValueError):
        pass
    return dumps(wanted)


def with_layers(text: str, order: list[int | Table]) -> str:
    """``text`` with its layers in another order: old ones by number, new ones as tables."""
    wanted = tomllib.loads(text)
    old = wanted.get(LAYERS, [])
    wanted[LAYERS] = [old[item] if isinstance(item, int) else item for item in order]
    try:
        patched = _reordered(text, order)
        if tomllib.loads(patched) == wanted:
            return patched
    except (UnusualError, ValueError):
        pass
    return dumps(wanted)


def dumps(table: Table) -> str:
    """A preset's table as text: a block for each table, long prose on several lines."""
    root = {key: value for key, value in table.items() if not _is_table(value)}
    blocks = ["\n".join(_pair(key, value) for key, value in root.items())]
    for key, value in table.items():
        if _is_table(value):
            is_list = isinstance(value, list | tuple)
            items = value if is_list else [value]
            blocks += [
                _block((key, i) if is_list else (key,), item) for i, item in enumerate(items)
            ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _is_table(value: Any) -> bool:
    is_list = isinstance(value, list | tuple) and bool(value)
    return isinstance(value, dict) or (is_list and all(isinstance(v, dict) for v in value))


def _block(path: KeyPath, table: Table) -> str:
    """A table with its head, and those inside it behind it."""
    keys = ".".join(_key(step) for step in path if isinstance(step, str))
    lines = [f"[[{keys}]]" if isinstance(path[-1], int) else f"[{keys}]"]
    lines += [_pair(key, value) for key, value in table.items() if not _is_table(value)]
    inner: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            inner.append(_block((*path, key), value))
        elif _is_table(value):
            inner += [_block((*path, key, i), item) for i, item in enumerate(value)]
    return "\n\n".join(["\n".join(lines), *inner])


def _pair(key: str, value: Any) -> str:
    return f"{_key(key)} = {value_text(value)}"


def _key(name: str) -> str:
    """A key as TOML, in quotes where it must be."""
    return name if BARE.fullmatch(name) else tomli_w.dumps({name: 0}).rpartition(" = ")[0]


def value_text(value: Any) -> str:
    """A value as TOML: on one line, except long prose."""
    if isinstance(value, dict):
        return "{ " + ", ".join(_pair(key, one) for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(value_text, value)) + "]"
    if isinstance(value, str) and len(value) > PROSE and value.isprintable():
        return _prose(value)
    return printable_toml(tomli_w.dumps({"k": value}).removeprefix("k = ").strip())


def _prose(value: str) -> str:
    """A long text wrapped; a backslash at the end of a line joins it with the next."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    lines = textwrap.wrap(escaped, PROSE, break_long_words=False, break_on_hyphens=False)
    text = '"""\n' + " \\\n".join(lines) + '"""'
    is_same = tomllib.loads(f"k = {text}")["k"] == value
    return text if is_same else tomli_w.dumps({"k": value}).removeprefix("k = ").strip()


def _with_value(table: Table, path: KeyPath, value: Any) -> Table:
    table = copy.deepcopy(table)
    place: Any = table
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    if value is not None:
        place[path[-1]] = value
    elif isinstance(place, dict):
        place.pop(path[-1], None)
    else:
        del place[path[-1]]
    return table


def _patched(text: str, path: KeyPath, value: Any) -> str:
    lines = text.split("\n")
    found = next((s for s in statements(text) if s.path == path), None)
    if found is None:
        holder = _holder(text, path)
        if holder is not None:  # a table on one line, such as optimizer = { type = "adam" }
            inner = _below(tomllib.loads(text), holder.path)
            changed = _with_value(inner, path[len(holder.path) :], value)
            return _patched(text, holder.path, changed)
        return text if value is None else _added(text, path, value)
    last = _end(text, found) if found.is_head else found.last
    if value is None:
        new: list[str] = []
    elif found.is_head:
        new = [*_block(path, value).split("\n"), *_blank_after(lines, last)]
    else:
        comment = _comment(lines[found.first]) if found.first == found.last else ""
        new = [f"{_pair(str(path[-1]), value)}{comment}"]
    return "\n".join([*lines[: found.first], *new, *lines[last + 1 :]])


def _holder(text: str, path: KeyPath) -> Statement | None:
    """The ``key = value`` in whose value a path goes on."""
    for one in statements(text):
        if not one.is_head and one.path == path[: len(one.path)]:
            return one
    return None


def _below(table: Any, path: KeyPath) -> Any:
    for step in path:
        table = table[step]
    return table


def _added(text: str, path: KeyPath, value: Any) -> str:
    """A new key at the end of its table, or a new table behind the one that it belongs to."""
    lines, known = text.split("\n"), statements(text)
    parent = path[:-1]
    head = next((s for s in known if s.is_head and s.path == parent), None)
    if parent and head is None:
        return _added(text, parent, {str(path[-1]): value})
    if isinstance(value, dict):
        last = _end(text, head) if head else len(lines) - 1
        while last > 0 and not lines[last].strip():
            last -= 1
        new = ["", *_block(path, value).split("\n")]
    else:
        own = [s for s in known if s.path[:-1] == parent and not s.is_head]
        last = max((s.last for s in own), default=head.last if head else -1)
        new = [_pair(str(path[-1]), value)]
    return "\n".join([*lines[: last + 1], *new, *lines[last + 1 :]])


def _end(text: str, head: Statement) -> int:
    """The last line of a table and of those inside it."""
    known = statements(text)
    size = len(head.path)
    behind = [s.first for s in known if s.is_head and s.first > head.first
              and s.path[:size] != head.path]  # fmt: skip
    return (min(behind) if behind else len(text.split("\n"))) - 1


def _blank_after(lines: list[str], last: int) -> list[str]:
    return [""] if last < len(lines) - 1 or not lines[last].strip() else []


def _comment(line: str) -> str:
    """The comment behind a value, with the blanks before it."""
    for place, char in enumerate(line):
        if char == "#":
            try:
                tomllib.loads(line[:place])
            except ValueError:
                continue
            return line[len(line[:place].rstrip()) :]
    return ""


def _reordered(text: str, order: list[int | Table]) -> str:
    heads = [s for s in statements(text) if s.is_head and len(s.path) == 2 and s.path[0] == LAYERS]
    if not heads or [s.path[1] for s in heads] != list(range(len(heads))):
        raise UnusualError
    lines = text.split("\n")
    ends = [_end(text, head) for head in heads]
    if any(end + 1 != head.first for end, head in zip(ends, heads[1:], strict=False)):
        raise UnusualError  # other tables lie between the layers
    old = ["\n".join(lines[h.first : e + 1]).rstrip() for h, e in zip(heads, ends, strict=True)]
    blocks = [old[item] if isinstance(item, int) else _block((LAYERS, 0), item) for item in order]
    rest = lines[ends[-1] + 1 :]
    middle = "\n\n".join(blocks).split("\n")
    return "\n".join([*lines[: heads[0].first], *middle, "", *rest])
