"""A value of a proposed preset with its reason."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """A value of a preset, and why it stands there."""

    value: Any
    why: str = ""


Settings = dict[str, Setting]
