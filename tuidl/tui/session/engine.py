"""The engine process, as the screen sees it: commands go out, events come in."""

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tuidl.core import own_files
from tuidl.core.children import child_environment, close_pipes, module_command
from tuidl.plugins.permission import flags
from tuidl.protocol import commands, events
from tuidl.protocol.commands import Command
from tuidl.protocol.events import LONGEST_LINE, Event
from tuidl.tui.session.engine_log import EngineLog

LONGEST_EXCERPT = 60
SECONDS_TO_QUIT = 1.5
SECONDS_TO_END = 2.0
"""Between the end of a process's output and its own end, whichever comes first."""
LONGEST_TURN = 0.002
"""Seconds of events in a row; then keys and drawings have their turn."""


class Engine:
    """One child process. ``on_event`` gets its events, ``on_end`` its exit status when it ends
    without having been asked to, ``on_odd`` a line that is no event, ``on_error`` what
    ``on_event`` raised: reading goes on after both."""

    def __init__(
        self,
        log: Path,
        on_event: Callable[[Event], None],
        on_end: Callable[[int], None],
        on_odd: Callable[[str], None] = lambda text: None,
        on_error: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        self.output = EngineLog(log)
        self._on_event, self._on_end = on_event, on_end
        self._on_odd, self._on_error = on_odd, on_error
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.subprocess.Process | None = None
        """The process that was asked to end."""
        self._followers: set[asyncio.Task[None]] = set()
        self._was_odd = False
        self._heard = time.monotonic()
        self._is_changing = asyncio.Lock()
        """Held while the process starts or ends: two keys at once would start two."""

    @property
    def log(self) -> Path:
        return self.output.path

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.is_alive else None

    @property
    def silence(self) -> float:
        """Seconds since the last line of the process, or since its start."""
        return time.monotonic() - self._heard

    async def start(self) -> None:
        """Start the process, where there is none; it warms up by itself. Raises OSError where it
        cannot be started."""
        async with self._is_changing:
            if self.is_alive:
                return
            self._was_odd = False
            self._process = await self._spawn()
            self._heard = time.monotonic()
            follower = asyncio.create_task(self._follow(self._process))
            self._followers.add(follower)
            follower.add_done_callback(self._followers.discard)

    async def _spawn(self) -> asyncio.subprocess.Process:
        log = self.output.open()
        try:
            return await asyncio.create_subprocess_exec(
                *command_line(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL if log is None else log,
                limit=LONGEST_LINE,
                env=child_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for the screen
            )
        finally:
            if log is not None:
                log.close()

    def send(self, command: Command) -> bool:
        """Send a command; False where no process runs."""
        process = self._process
        if process is None or process.stdin is None or not self.is_alive:
            return False
        if process.stdin.is_closing():  # it is about to be found dead
            return False
        process.stdin.write(commands.to_json(command).encode() + b"\n")
        return True

    async def stop(self) -> None:
        """Ask the process to end; kill it if it does not."""
        async with self._is_changing:
            process = self._process
            if process is not None and self.is_alive:
                self._ending = process
                self.send(commands.Quit())
                try:
                    await asyncio.wait_for(process.wait(), SECONDS_TO_QUIT)
                except TimeoutError:
                    _kill(process)
                    await process.wait()
            for follower in self._followers:
                follower.cancel()
            await asyncio.gather(*self._followers, return_exceptions=True)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Read until the process is gone. It may close its output and stay, or leave a child of
        its own behind that holds it open. The end of one that was asked to end, or that another has
        replaced, is not reported."""
        assert process.stdout is not None
        lines = asyncio.create_task(self._read(process.stdout))
        end = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({lines, end}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({lines, end}, timeout=SECONDS_TO_END)
            if not end.done():
                _kill(process)
            status = await end
        finally:
            lines.cancel()
            end.cancel()
            close_pipes(process)
        if self._ending is not process and self._process is process:
            self._on_end(status)

    async def _read(self, stream: asyncio.StreamReader) -> None:
        since = time.monotonic()
        while True:
            try:
                line = await stream.readline()
            except ValueError:
                self._odd(f"a line of more than {LONGEST_LINE >> 20} MiB")
                continue
            except OSError:
                return
            if not line:
                return
            self._handle(line)
            if time.monotonic() - since > LONGEST_TURN:
                await asyncio.sleep(0)  # lines that are there already are read without a pause
                since = time.monotonic()

    def _handle(self, line: bytes) -> None:
        """Pass an event on; a line that is none, or an error in its handler, ends nothing."""
        self._heard = time.monotonic()
        try:
            event = events.from_json(line)
        except Exception:  # damaged, nested without end, or of another version
            if line.endswith(b"\n"):  # else torn: the process is gone, which is reported anyway
                self._odd(_excerpt(line))
            return
        try:
            self._on_event(event)
        except Exception as error:  # what comes behind it is still read; the app says what it was
            with suppress(Exception):
                self._on_error(error)

    def _odd(self, text: str) -> None:
        if not self._was_odd:
            self._was_odd = True
            with suppress(Exception):
                self._on_odd(text)

    def last_words(self, lines: int = 5) -> list[str]:
        """The end of what the process wrote to its log."""
        return self.output.last_words(lines)


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _excerpt(line: bytes) -> str:
    """The start of a line, in plain ASCII."""
    text = ascii(line[:LONGEST_EXCERPT].decode(errors="replace").rstrip("\r\n"))
    return text if len(line) <= LONGEST_EXCERPT else f"{text} ..."


def command_line() -> list[str]:
    """The command line of the engine process."""
    return module_command("tuidl.worker", *flags())


def ending_of(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
    return f"signal {-status}, {name}"


def reason_of(error: Exception) -> str:
    """Why an engine cannot be started, in words."""
    if isinstance(error, OSError) and error.errno is not None:
        return own_files.reason_of(error)
    return f"{type(error).__name__}: {error}"
