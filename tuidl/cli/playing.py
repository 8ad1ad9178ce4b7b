"""Opening the playground."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tuidl.core.loading import loading, loading_words
from tuidl.core.terminal import speaks_unicode

if TYPE_CHECKING:
    from tuidl.preset.schema import Preset


def play(**options: Any) -> NoReturn:
    """Show the playground until it is left, then end the process with its exit code.

    ``options``: as the application takes them. Threads that wait for a terminal which is gone
    cannot keep the process alive.
    """
    what = _opened(**options)
    with loading(what):
        from tuidl.tui.app import Playground

        app = Playground(unicode=speaks_unicode(), **options)
        app.opening = loading_words(what)
    app.run()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(app.return_code or 0)


def _opened(
    preset: "Preset | None" = None,
    run: Path | None = None,
    data: tuple[Path, tuple[str, ...]] | None = None,
    **options: Any,
) -> str:
    """What is opened first, in words."""
    if run is not None:
        return run.name
    if data is not None:
        return data[0].name
    return preset.name or "the preset" if preset is not None else "the playground"
