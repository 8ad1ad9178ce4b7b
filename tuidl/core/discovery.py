"""What a package or a module offers, found without a list: its files, and the records in them."""

import os
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

from tuidl.core.config import Config


def modules_of(package: str, path: Iterable[str]) -> list[ModuleType]:
    """Every file of a package (not its sub-packages), imported in the order of their names.

    ``path``: the package's ``__path__``.
    """
    files = [file for folder in path for file in os.listdir(folder) if file.endswith(".py")]
    found = {file.removesuffix(".py") for file in files} - {"__init__"}
    names = sorted(name for name in found if name.isidentifier())  # not an editor's copies
    return [import_module(f"{package}.{name}") for name in names]


def records_in(modules: Iterable[ModuleType], base: type[Config]) -> dict[str, type[Any]]:
    """The records below ``base`` that a preset can name, by that name, as they follow each other.

    A base class has no tag of its own: msgspec gives it its class name.
    """
    return {
        record.kind(): record
        for module in modules
        for record in vars(module).values()
        if isinstance(record, type)
        and issubclass(record, base)
        and record.__module__ == module.__name__
        and record.kind() != record.__name__
    }
