"""Makes the environment in ``.venv`` where it is missing, and starts a program in it.

    python3 scripts/start.py play PRESET [OPTIONS]      trains a preset and shows it
    python3 scripts/start.py test [OPTIONS OF PYTEST]   runs the tests

Needs Python 3.11 or newer and nothing else.
"""

import os
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)
USAGE_ERROR, INTERRUPTED = 2, 130
PROGRAMS = ("play", "test")
MOST_PROCESSES = 4
"""That share the tests: each compiles, and takes up to a gigabyte."""
ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"

if sys.version_info < NEEDED:
    here = "%d.%d" % sys.version_info[:2]  # noqa: UP031 - it is read by an old Python
    sys.exit("tuidl: error: Python 3.11 or newer is needed: this is " + here)


def playing(arguments: list[str], has_terminal: bool) -> list[str]:
    """Arguments of ``tuidl``: on a terminal the screen trains at once; without one it is done
    headless."""
    if not arguments or "--no-ui" in arguments or "--help" in arguments:
        return arguments
    return [*arguments, "--start" if has_terminal else "--no-ui"]


def command(program: str, arguments: list[str], has_terminal: bool) -> list[str]:
    """What follows ``python`` on the command line."""
    if program == "play":
        return ["-P", "-m", "tuidl", *playing(arguments, has_terminal)]
    return ["-m", "pytest", *testing(arguments, cores())]


def testing(arguments: list[str], most: int) -> list[str]:
    """Arguments of ``pytest``: where no test is named, processes share them, one more than the
    ``most`` that can run at once: a test of a screen or of another process often waits."""
    if most == 1 or not set(arguments) <= {"--all", "-q", "-v", "-x"}:
        return arguments
    return ["-n", str(min(most + 1, MOST_PROCESSES)), "--dist", "worksteal", *arguments]


def keep_bytecode() -> None:
    """Images of containers often forbid it, for a process that starts once. Here many are started:
    each would compile all sources again, which takes longer than all else it does to begin."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def cores() -> int:
    """That this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def has_terminal() -> bool:
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def start(python: Path, arguments: list[str]) -> int:
    """Become the program; on Windows, where that cannot be, run it. Returns its exit code."""
    line = [str(python), *arguments]
    if os.name == "posix":
        os.execv(line[0], line)
    return subprocess.call(line)


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in PROGRAMS:
        print(__doc__, file=sys.stderr)
        return USAGE_ERROR
    program, arguments = sys.argv[1], sys.argv[2:]
    from environment import SetupError, prepare

    try:
        python = prepare(ROOT, ENVIRONMENT)
    except SetupError as error:
        print(f"tuidl: error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:  # while it waits for another set-up
        return INTERRUPTED
    keep_bytecode()
    if program == "test":
        os.chdir(ROOT)
    return start(python, command(program, arguments, has_terminal()))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))  # which -P leaves out
    sys.dont_write_bytecode = True
    sys.exit(main())
