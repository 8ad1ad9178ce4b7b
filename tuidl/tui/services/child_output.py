"""Commands of tuidl in a process of their own, for what needs the engine or takes long."""

import asyncio

from tuidl.core.children import child_environment, module_command
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
    process = await asyncio.create_subprocess_exec(
        *command_line(*arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        env=child_environment(),
    )
    output, _ = await process.communicate()
    text = output[:MOST].decode(errors="replace").strip()
    lines = (line.removeprefix(NAME).removeprefix("error: ") for line in text.splitlines())
    return process.returncode == 0, printable_lines("\n".join(lines)) or "no output"
