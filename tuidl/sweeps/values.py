"""Settings as ``KEY=VALUE`` of the command line, and as text."""

import json
from collections.abc import Mapping

from tuidl.sweeps.space import Value


def override(key: str, value: Value) -> str:
    """What ``--set`` takes: the value as TOML has it."""
    return f"{key}={_toml(value)}"


def _toml(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | str):
        return json.dumps(value)
    return repr(value)


def shown(values: Mapping[str, Value]) -> str:
    """All settings of a trial on one line."""
    return "  ".join(f"{key} {plain(value)}" for key, value in values.items())


def plain(value: Value) -> str:
    return value if isinstance(value, str) else _toml(value)
