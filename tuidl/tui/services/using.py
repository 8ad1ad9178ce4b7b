"""Predicting with a run, without leaving the screen."""

from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App

from tuidl.proposing.files import is_data_file
from tuidl.tui.dialogs.open_file import OpenFileScreen
from tuidl.tui.dialogs.output import OutputScreen
from tuidl.tui.services.child_output import output_of
from tuidl.tui.services.free_path import free_path

PREDICT = "Predict: a table (.csv), arrays (.npz) or a picture"
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def ask_and_predict(app: App[Any], run: Path) -> None:
    """Ask for a file; show what the run makes of it."""

    def chosen(path: Path | None) -> None:
        if path is not None:
            app.push_screen(_predictions(run, path))

    app.push_screen(OpenFileScreen(title=PREDICT, offers=_is_input), chosen)


def _predictions(run: Path, path: Path) -> OutputScreen:
    command = partial(output_of, "predict", str(run), str(path))
    title = f"What {run.name} makes of {path.name}"
    if not is_data_file(path.name):
        return OutputScreen(title, command)
    out = free_path(Path.cwd() / f"{path.name.partition('.')[0]}-predicted.csv")
    write = partial(output_of, "predict", str(run), str(path), "--out", str(out))
    return OutputScreen(title, command, write, f"write {out.name}")


def _is_input(path: Path) -> bool:
    return is_data_file(path.name) or path.suffix.lower() in PICTURES
