"""The layers that a preset may name: one file a family. A new file needs no list."""

from typing import Any

from tuidl.core.discovery import modules_of, records_in
from tuidl.nn.layers.base import Layer

LAYERS: dict[str, type[Any]] = records_in(modules_of(__name__, __path__), Layer)
"""Every layer by the ``type`` that names it in a preset."""

__all__ = ["LAYERS", "Layer"]
