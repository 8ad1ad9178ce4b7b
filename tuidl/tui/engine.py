"""The engine process, as the screen sees it: commands go out, events come in."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tuidl import commands, events
from tuidl.commands import Command
from tuidl.core.children import child_environment, module_command
from tuidl.events import Event

LONGEST_LINE = 1 << 26
SECONDS_TO_QUIT = 1.5
LONGEST_TURN = 0.005
"""Seconds of events in a row; then keys and drawings have their turn."""


class Engine:
    """One child process. ``on_event`` gets what it says, ``on_end`` its exit status when it ends
    without having been asked to."""

    def __init__(
        self, log: Path, on_event: Callable[[Event], None], on_end: Callable[[int], None]
    ) -> None:
        self.log, self._on_event, self._on_end = log, on_event, on_end
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._is_ending = False
        self._is_changing = asyncio.Lock()
        """Held while the process starts or ends: two keys at once would start two."""

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.is_alive else None

    async def start(self) -> None:
        """Start the process, where there is none; it warms up by itself."""
        async with self._is_changing:
            if self.is_alive:
                return
            self._is_ending = False
            self._process = await self._spawn()
            self._reader = asyncio.create_task(self._read(self._process))

    async def _spawn(self) -> asyncio.subprocess.Process:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *command_line(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LONGEST_LINE,
                env=child_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for the screen
            )

    def send(self, command: Command) -> bool:
        """Hand on a command; False where there is nobody to take it."""
        process = self._process
        if process is None or process.stdin is None or not self.is_alive:
            return False
        process.stdin.write(commands.to_json(command).encode() + b"\n")
        return True

    async def stop(self) -> None:
        """End the process, kindly at first."""
        async with self._is_changing:
            process = self._process
            if process is None or not self.is_alive:
                return
            self._is_ending = True
            self.send(commands.Quit())
            try:
                await asyncio.wait_for(process.wait(), SECONDS_TO_QUIT)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        since = time.monotonic()
        async for line in process.stdout:
            try:
                event = events.from_json(line)
            except msgspec.MsgspecError:
                continue  # an event of another version
            self._on_event(event)
            if time.monotonic() - since > LONGEST_TURN:
                await asyncio.sleep(0)  # lines that are there already are read without a pause
                since = time.monotonic()
        status = await process.wait()
        if not self._is_ending:
            self._on_end(status)

    def last_words(self, lines: int = 5) -> list[str]:
        """The end of what the process wrote to its log."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        except OSError:
            return []


def command_line() -> list[str]:
    """What starts the engine process."""
    return module_command("tuidl.worker")
