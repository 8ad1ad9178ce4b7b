"""Exports a run's network in a process of its own."""

from pathlib import Path
from typing import Any

from textual.app import App
from textual.notifications import SeverityLevel

from tuidl.export import FORMAT_NAMES
from tuidl.tui.services.child_output import output_of

ABOUT = {
    "safetensors": "the weights alone",
    "onnx": "a model for other programs",
    "numpy": "a readable program in NumPy",
    "torch": "a readable program in PyTorch",
}
LONGEST_WORD = 300


def export_arguments(run: Path, format_name: str, out: Path) -> list[str]:
    """The arguments of an export's command line."""
    return ["export", str(run), "--to", format_name, "--out", str(out)]


async def run_export(run: Path, format_name: str, out: Path) -> tuple[bool, str]:
    """Whether it succeeded, and the last line of its output."""
    succeeded, output = await output_of(*export_arguments(run, format_name, out))
    return succeeded, output.splitlines()[-1][:LONGEST_WORD]


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
