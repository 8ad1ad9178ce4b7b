"""Layers in other formats: a file a family. A new file needs no list.

Public functions and classes here are parts of exported programs in PyTorch, and read as text.
"""

from types import ModuleType

from tuidl.core.discovery import modules_of

MODULES: list[ModuleType] = modules_of(__name__, __path__)
"""All files of this folder."""
