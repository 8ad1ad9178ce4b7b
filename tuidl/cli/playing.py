"""Opening the playground."""

import os
import sys
from contextlib import suppress
from typing import Any, NoReturn


def play(**options: Any) -> NoReturn:
    """Show the playground until it is left, then end the process with its exit code.

    ``options``: as the application takes them. Threads that wait for a terminal which is gone
    cannot keep the process alive.
    """
    from tuidl.cli.reports import speaks_unicode
    from tuidl.tui.app import Playground

    app = Playground(unicode=speaks_unicode(), **options)
    app.run()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(app.return_code or 0)
