"""The command line in this process: one of its own takes a second of the processor to begin."""

import subprocess

from click.testing import CliRunner

from tuidl.cli import FAILED, USAGE_ERROR, cli
from tuidl.core.errors import SaveError, TuidlError


def tuidl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As of a process; what nobody foresaw is raised here."""
    result = CliRunner().invoke(cli, [*arguments])
    code, talk, error = result.exit_code, result.stderr, result.exception
    if isinstance(error, TuidlError):
        code = FAILED if isinstance(error, SaveError) else USAGE_ERROR
        talk += f"tuidl: error: {error}\n"
    elif error is not None and not isinstance(error, SystemExit):
        raise error
    return subprocess.CompletedProcess(arguments, code, result.stdout, talk)
