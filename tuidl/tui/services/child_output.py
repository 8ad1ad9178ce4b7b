"""Commands of tuidl in a process of their own, for what needs the engine or takes long."""

import asyncio

from tuidl.core.children import child_environment, close_pipes, module_command
from tuidl.core.printable import printable_lines
from tuidl.plugins.permission import flags

NAME = "tuidl: "
MOST = 200_000
"""Characters of output that are kept, the first ones."""


def command_line(*arguments: str) -> list[str]:
    """The command line of a command of tuidl that reads presets."""
    return module_command("tuidl", *arguments, *flags())


async def output_of(*arguments: str) -> tuple[bool, str]:
    """Whether a command succeeded, and all that it wrote, printable."""
    succeeded, output, _ = await _run(arguments, asyncio.subprocess.STDOUT)
    return succeeded, _text(output) or "no output"


async def json_of(*arguments: str) -> tuple[bytes, str]:
    """What a command that succeeded wrote as JSON; nothing, and why, of one that failed."""
    succeeded, output, talk = await _run(arguments, asyncio.subprocess.PIPE)
    if not succeeded:
        return b"", _text(talk) or "no output"
    return output, ""


async def _run(arguments: tuple[str, ...], stderr: int) -> tuple[bool, bytes, bytes]:
    """Whether it succeeded, its stdout and its stderr. A caller that is cancelled ends it."""
    process = await asyncio.create_subprocess_exec(
        *command_line(*arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
        env=child_environment(),
    )
    try:
        output, talk = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        close_pipes(process)
    return process.returncode == 0, output, talk or b""


def _text(output: bytes) -> str:
    text = output[:MOST].decode(errors="replace").strip()
    lines = (line.removeprefix(NAME).removeprefix("error: ") for line in text.splitlines())
    return printable_lines("\n".join(lines))
