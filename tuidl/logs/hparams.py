"""Hyper-parameters beside a log: Lightning's ``hparams.yaml``, and what TensorBoard's plugin keeps.

Of YAML only what Lightning's logger writes of plain values is read: keys with numbers, texts and
lists, one within the other. Python objects, anchors and texts over several lines are left out.
"""

import re
import struct
from pathlib import Path
from typing import Any

from tuidl.core.own_files import FileError, read_bounded
from tuidl.logs.record import DEEPEST, readable
from tuidl.logs.wire import BYTES, FIXED64, VARINT, fields

FILE, METRICS = "hparams.yaml", "metrics.csv"
"""As Lightning calls them; they lie side by side."""
LARGEST, MOST_KEYS, LONGEST_TEXT = 1 << 20, 1000, 200
NAME = r"[^\s#:'\"{}\[\],&*!|>%@`-][^:#]*|'[^']*'"
LINE = re.compile(rf"(?P<blank> *)(?P<dash>- )?(?P<key>{NAME}):(?: +(?P<value>.*))?")
NO_PLAIN = tuple("!&*|>{")
"""What a value begins with that is an object, an anchor, a text over lines or a map on one line."""
WORDS = {"true": True, "false": False, "null": None, "~": None}
PLUGIN = "hparams"


def file_beside(log: Path) -> Path:
    """Where the hyper-parameters of a log lie, if there are any: in its folder, of Lightning's own
    log beside it."""
    return log / FILE if log.is_dir() else log.with_name(FILE)


def settings_beside(log: Path) -> dict[str, Any]:
    """Hyper-parameters by dotted keys; none where there is no such file, or it cannot be read."""
    if not log.is_dir() and log.name != METRICS:
        return {}
    try:
        text = read_bounded(file_beside(log), LARGEST).decode()
    except (FileError, UnicodeDecodeError):
        return {}
    return plain_yaml(text)


def plain_yaml(text: str) -> dict[str, Any]:
    """The plain values of a YAML file by dotted keys; what is no plain value is left out."""
    found: dict[str, Any] = {}
    above: list[tuple[int, str | None]] = []  # None: what is in it is left out
    items: list[Any] | None = None
    for line in text.splitlines():
        if items is not None and line.lstrip().startswith("- ") and ":" not in line:
            items.append(scalar(line.lstrip()[2:]))
            continue
        matched = LINE.fullmatch(line.rstrip())
        items = None
        if matched is None or matched["dash"]:
            continue
        depth = len(matched["blank"])
        while above and above[-1][0] >= depth:
            above.pop()
        name = readable(matched["key"].strip().strip("'"))
        said = (matched["value"] or "").split(" #")[0].strip()
        if any(outer is None for _, outer in above) or said[:1] in NO_PLAIN:
            above.append((depth, None))
            continue
        key = ".".join([*(outer or "" for _, outer in above), name])
        if not said:
            above.append((depth, name))
            items = []
            if len(above) <= DEEPEST and len(found) < MOST_KEYS:
                found[key] = items
        elif len(found) < MOST_KEYS:
            found[key] = scalar(said)
    return {key: value for key, value in found.items() if value not in ([], None)}


def scalar(text: str) -> Any:
    """A number, a yes or no, a text, or a list of such on one line."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1].strip()
        return [scalar(part) for part in inner.split(",")] if inner else []
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return readable(text[1:-1][:LONGEST_TEXT])
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text) if "_" not in text else readable(text)
        except ValueError:
            continue
    return readable(text[:LONGEST_TEXT])


def session_settings(content: memoryview) -> dict[str, Any]:
    """What TensorBoard's plugin says of a session: ``HParamsPluginData``, whose field 3 is its
    start, whose field 1 is a map from names to values. Raises WireError."""
    found: dict[str, Any] = {}
    for number, kind, start in fields(content):
        if number != 3 or kind != BYTES or isinstance(start, int):
            continue
        for inner, inner_kind, entry in fields(start):
            if inner == 1 and inner_kind == BYTES and len(found) < MOST_KEYS:
                assert not isinstance(entry, int)
                found.update(_named(entry))
    return {name: value for name, value in found.items() if name and value is not None}


def _named(entry: memoryview) -> dict[str, Any]:
    """A pair of the map. Raises WireError."""
    name, value = "", None
    for number, kind, part in fields(entry):
        if kind != BYTES or isinstance(part, int):
            continue
        if number == 1:
            name = readable(bytes(part).decode(errors="replace"))
        elif number == 2:
            value = _value(part)
    return {name: value}


def _value(message: memoryview) -> Any:
    """Of a ``google.protobuf.Value`` the number, text or truth. Raises WireError."""
    for number, kind, part in fields(message):
        if number == 2 and kind == FIXED64 and not isinstance(part, int):
            found: float = struct.unpack("<d", part)[0]
            return int(found) if found.is_integer() and abs(found) < 2**53 else found
        if number == 3 and kind == BYTES and not isinstance(part, int):
            return readable(bytes(part[: 4 * LONGEST_TEXT]).decode(errors="replace"))
        if number == 4 and kind == VARINT:
            return bool(part)
    return None
