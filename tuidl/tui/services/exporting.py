"""Exports a run's network in a process of its own."""

import asyncio
from pathlib import Path
from typing import Any

from textual.app import App
from textual.notifications import SeverityLevel

from tuidl.core.children import child_environment, module_command
from tuidl.export import FORMAT_NAMES
from tuidl.plugins.permission import flags

ABOUT = {
    "safetensors": "the weights alone",
    "onnx": "a model for other programs",
    "numpy": "a readable program in NumPy",
    "torch": "a readable program in PyTorch",
}
LONGEST_WORD = 300


def command_line(run: Path, format_name: str, out: Path) -> list[str]:
    """The command line of an export."""
    wanted = ("--to", format_name, "--out", str(out), *flags())
    return module_command("tuidl", "export", str(run), *wanted)


async def run_export(run: Path, format_name: str, out: Path) -> tuple[bool, str]:
    """Whether it succeeded, and the last line of its output."""
    process = await asyncio.create_subprocess_exec(
        *command_line(run, format_name, out),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        env=child_environment(),
    )
    output, _ = await process.communicate()
    lines = output.decode(errors="replace").strip().splitlines()
    last = lines[-1].removeprefix("tuidl: ").removeprefix("error: ") if lines else "no output"
    return process.returncode == 0, last[:LONGEST_WORD]


def ask_and_export(app: App[Any], run: Path) -> None:
    """Ask for the format, then for the folder; show the outcome."""
    from tuidl.tui.dialogs.choose import ChooseScreen
    from tuidl.tui.dialogs.export_to import ExportScreen

    choices = {name: ABOUT.get(name, "") for name in FORMAT_NAMES}

    def to_format(name: str | None) -> None:
        if name is not None:
            folder = Path.cwd() / f"{run.name}-{name}"
            app.push_screen(ExportScreen(folder, name), lambda out: to_folder(name, out))

    def to_folder(name: str, out: Path | None) -> None:
        if out is not None:
            app.notify(f"exporting to {name} …", markup=False)
            app.run_worker(_export(app, run, name, out))

    app.push_screen(ChooseScreen("Export the network as", choices), to_format)


async def _export(app: App[Any], run: Path, format_name: str, out: Path) -> None:
    succeeded, output = await run_export(run, format_name, out)
    severity: SeverityLevel = "information" if succeeded else "error"
    text = f"{output}\n{out}" if succeeded else output
    app.notify(text, title="export", markup=False, severity=severity, timeout=10)
