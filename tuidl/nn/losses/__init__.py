"""The losses that a preset may name. A new file needs no list."""

from typing import Any

from tuidl.core.discovery import modules_of, records_in
from tuidl.nn.losses.base import Loss

LOSSES: dict[str, type[Any]] = records_in(modules_of(__name__, __path__), Loss)
"""Every loss by the ``type`` that names it in a preset."""

__all__ = ["LOSSES", "Loss"]
