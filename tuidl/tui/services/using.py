"""Evaluating a run and predicting with it, without leaving the screen."""

from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App

from tuidl.proposing.files import is_data_file
from tuidl.tui.dialogs.open_file import OpenFileScreen
from tuidl.tui.dialogs.output import OutputScreen
from tuidl.tui.services.child_output import output_of

PREDICT = "Predict: a table (.csv), arrays (.npz) or a picture"
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def show_evaluation(app: App[Any], run: Path) -> None:
    """Judge the run on the examples that it was not trained on; show the report."""
    command = partial(output_of, "evaluate", str(run))
    app.push_screen(OutputScreen(f"How good {run.name} is", command))


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
    out = _free(Path.cwd() / f"{path.name.partition('.')[0]}-predicted.csv")
    write = partial(output_of, "predict", str(run), str(path), "--out", str(out))
    return OutputScreen(title, command, write, f"write {out.name}")


def _free(path: Path) -> Path:
    """The path, or the next one with a number that is not taken."""
    number, wanted = 1, path
    while wanted.exists():
        number += 1
        wanted = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return wanted


def _is_input(path: Path) -> bool:
    return is_data_file(path.name) or path.suffix.lower() in PICTURES
