"""How child processes of Python are started: isolated from the folder that they are started in.

``-P`` and a cleaned environment keep Python from looking for modules there. A module is then run
by ``child.py``, which takes its package from where this process has it.
"""

import os
import sys
from pathlib import Path
from typing import Any

from tuidl.core.isolation import cleaned

STARTER = Path(__file__).with_name("child.py")


def module_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of tuidl, or of another package that is loaded here."""
    package = sys.modules[module.partition(".")[0]]
    return script_command(STARTER, next(iter(package.__path__)), module, *arguments)


def script_command(script: Path, *arguments: str) -> list[str]:
    """The command line that runs a script, which finds no modules beside it."""
    return [sys.executable, "-P", *_flags(), str(script), *arguments]


def child_environment(**more: str) -> dict[str, str]:
    """This process's environment for a child, and what else it is to have."""
    return {**cleaned(os.environ), **more}


def close_pipes(process: Any) -> None:
    """Close the pipes of a process of asyncio, which a grandchild would keep open. Only the
    transport can, and asyncio has no public name for it."""
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


def _flags() -> list[str]:
    """Those that this process was started with and that say where modules are looked for."""
    given = {
        "-I": sys.flags.isolated,
        "-E": sys.flags.ignore_environment,
        "-s": sys.flags.no_user_site,
    }
    return [flag for flag, is_set in given.items() if is_set]
