"""JSON that others may have written, as records whose texts can be shown."""

from typing import Any

import msgspec

from tuidl.core.printable import printable_lines


def decoded(data: str | bytes, kind: Any) -> Any:
    """``data`` as ``kind``; every text in it, keys too, is printable.

    Raises msgspec.MsgspecError.
    """
    text = data if isinstance(data, str) else bytes(data)
    if _is_plain(text):
        return msgspec.json.decode(text, type=kind)
    try:
        return msgspec.convert(printable_in(msgspec.json.decode(text)), kind)
    except RecursionError:
        raise msgspec.ValidationError("nested too deeply") from None


def printable_in(value: Any) -> Any:
    """Nested dicts, lists and tuples with every text in them made printable, in its lines."""
    if isinstance(value, str):
        return printable_lines(value)
    if isinstance(value, dict):
        return {printable_in(key): printable_in(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [printable_in(inner) for inner in value]
    return value


def _is_plain(data: str | bytes) -> bool:
    """Whether JSON has no text but plain ASCII: there is nothing to look for in its numbers."""
    if isinstance(data, str):
        return data.isascii() and "\\" not in data and "\x7f" not in data
    return data.isascii() and b"\\" not in data and b"\x7f" not in data
