"""Whether presets may run Python files of their own: off, until a person says otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

FLAG = "--allow-plugins"

_allowed = [False]


def allow() -> None:
    """For the rest of this process."""
    _allowed[0] = True


def is_allowed() -> bool:
    return _allowed[0]


@contextmanager
def allowing(also: bool) -> Iterator[None]:
    """Within the block plugins are allowed where they were, and where ``also``."""
    before, _allowed[0] = _allowed[0], _allowed[0] or also
    try:
        yield
    finally:
        _allowed[0] = before


def flags() -> list[str]:
    """The command-line arguments that hand the permission on to a child process."""
    return [FLAG] if is_allowed() else []
