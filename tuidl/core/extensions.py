"""Kernels and oracles that plugins bring, until the kernels' package is loaded and takes them.

A preset is read without the compiler, so a plugin's kernels only wait here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Extension:
    """A function marked ``@kernel`` (then with shapes), or ``@oracle`` for the kernel called
    ``name``."""

    name: str
    function: Callable[..., None]
    shapes: str = ""
    cost: str = ""


EXTENSIONS: list[Extension] = []
_takers: list[Callable[[Extension], None]] = []
_droppers: list[Callable[[Extension], None]] = []


def add(extension: Extension) -> None:
    EXTENSIONS.append(extension)
    for take in _takers:
        take(extension)


def withdraw(count: int) -> None:
    """Take back all but the first ``count`` extensions, the last one first: their plugin failed."""
    while len(EXTENSIONS) > count:
        extension = EXTENSIONS.pop()
        for drop in _droppers:
            drop(extension)


def subscribe(take: Callable[[Extension], None], drop: Callable[[Extension], None]) -> None:
    """Call ``take`` with every extension, now and from now on, and ``drop`` with one that is taken
    back."""
    _takers.append(take)
    _droppers.append(drop)
    for extension in EXTENSIONS:
        take(extension)


def kernel(shapes: str, cost: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a kernel of a plugin; see ``tuidl.kernels.registry.kernel``."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        add(Extension(function.__name__, function, shapes, cost))
        return function

    return register


def oracle(of: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark the definition in plain NumPy of the kernel ``of`` of a plugin."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        add(Extension(of.__name__, function))
        return function

    return register
