"""What a trained network makes of the user's pictures, tables and arrays."""

import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import found_run, json_option, prepare, step_option, weights_option
from tuidl.core.errors import DataError, RunError, suggestion
from tuidl.core.own_files import error_text
from tuidl.core.terminal import put, put_json, reader_is_gone, say

if TYPE_CHECKING:
    from tuidl.inference.predictions import Predictions
    from tuidl.runs.results import TrainedRun, Which

FOLDER = "folder"
USUAL_TOP = 10
MOST_TOLD = 3
"""Problems of single rows that are printed; all of them stand beside the predictions."""


@click.command()
@click.argument("run")
@click.argument("inputs", nargs=-1, metavar="INPUT...|-")
@json_option
@click.option("--json-lines", is_flag=True, help="An object a line, with the row that it is about.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, behind the columns of INPUT.")
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="A file: .csv, .jsonl or .json, as the options of these names print. Of a class for each "
    "pixel also a folder, for masks as PNG files.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="With --out: replace files that are there.")
@weights_option
@step_option
@click.option("--key", metavar="NAME", help="The array of an .npz file that has several.")
@click.option(
    "--invert/--no-invert", default=None,
    help="Pictures: dark on light or light on dark; by default as their border tells.",
)  # fmt: skip
@click.option(
    "--user", metavar="ID", help="Of ratings: what to recommend to a user, in the place of INPUT."
)
@click.option(
    "--top", type=click.IntRange(1, 100_000), metavar="N",
    help="With --user: so many items that the user has not rated, the best first. Default: 10.",
)  # fmt: skip
def predict(
    run: str,
    inputs: tuple[str, ...],
    as_json: bool,
    json_lines: bool,
    as_csv: bool,
    out: Path | None,
    force: bool,
    which: "Which",
    step: int | None,
    key: str | None,
    invert: bool | None,
    user: str | None,
    top: int | None,
) -> None:
    """Say what RUN's network makes of INPUT: pictures, a CSV table, an .npz or .npy array, texts or
    prompts, a line each in a .txt file or in a table's column.

    '-' reads a table from a pipe, CSV or lines of JSON, and prints lines of JSON where nothing else
    is said. A row that cannot be predicted is marked as a problem, and the others are answered;
    exit code 2 where there are no others.
    """
    _check_user(user, top, inputs, key, invert)
    kind = _kind({".json": as_json, ".jsonl": json_lines, ".csv": as_csv}, inputs, out, force)
    prepare(1)
    from tuidl.inference.predictions import Predictions
    from tuidl.runs.results import load_run

    trained = load_run(found_run(run), which, step)
    if trained.data_notice:
        say(trained.data_notice)
    if user is None:
        parts = _predicted(trained, inputs, key, invert)
    else:
        parts = [trained.recommended(user, top or USUAL_TOP)]
    found = Predictions.joined(parts)
    for note in found.notes:
        say(note)
    if kind == FOLDER and out is not None:
        _give_masks(found, _sizes(parts, inputs), out, force)
    else:
        _give(found, kind, out)
    _tell_problems(found)


def _check_user(
    user: str | None, top: int | None, inputs: tuple[str, ...], key: str | None, invert: bool | None
) -> None:
    """Raises UsageError for options that do not go together."""
    if user is None and not inputs:
        raise click.UsageError("INPUT is missing: a file, - for a pipe, or --user ID of ratings")
    if user is None and top is not None:
        raise click.UsageError("--top is for --user")
    if user is not None and (inputs or key is not None or invert is not None):
        raise click.UsageError("--user takes the place of INPUT and its options")


def _kind(wanted: dict[str, bool], inputs: tuple[str, ...], out: Path | None, force: bool) -> str:
    """The end of a file's name that says how to write; "" for a table, FOLDER for masks. Raises
    UsageError."""
    said = [ending for ending, is_wanted in wanted.items() if is_wanted]
    if len(said) > 1:
        raise click.UsageError("--json, --json-lines and --csv: say one of them")
    if "-" in inputs and len(inputs) > 1:
        raise click.UsageError("'-' reads from a pipe, and goes without other inputs")
    if out is None:
        if force:
            raise click.UsageError("--force is for --out")
        return said[0] if said else ".jsonl" if "-" in inputs else ""
    from tuidl.inference.writing import WRITERS

    ending = out.suffix.lower()
    if not said and (not ending or out.is_dir()):
        if out.is_file():
            raise RunError(f"{out}: is there already, and no folder")
        return FOLDER
    if ending not in WRITERS:
        raise click.UsageError(f"--out {out}: no kind of file to write{suggestion('', WRITERS)}")
    if said and WRITERS[said[0]] is not WRITERS[ending]:
        raise click.UsageError(f"--out {out}: its name says another kind than the option")
    if out.is_dir() or (out.exists() and not force):
        raise RunError(f"{out}: is there already; --force replaces it")
    return ending


def _predicted(
    trained: "TrainedRun", names: tuple[str, ...], key: str | None, invert: bool | None
) -> "list[Predictions]":
    """Of files, or of what comes through a pipe. Raises TuidlError."""
    from tuidl.inference.piped import CALLED, STDIN, piped_table
    from tuidl.inference.prompts import COLUMN

    if names != (STDIN,):
        return trained.predict_files(names, key=key, invert=invert)
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError("'-' reads from a pipe: cat new.csv | tuidl predict RUN -")
    text = trained.preparation.text
    column = None
    if text is not None and text.predicts == "label":
        column = text.column
    elif text is not None and text.answers:
        column = COLUMN
    with piped_table(sys.stdin.buffer, column) as path:
        found = trained.predict_file(path, key=key, invert=invert)
        problems = {i: why.replace(str(path), CALLED) for i, why in found.problems.items()}
        return [replace(found, problems=problems)]


def _give(found: "Predictions", kind: str, out: Path | None) -> None:
    """Print or write them. Raises DataError."""
    from tuidl.inference.writing import WRITERS
    from tuidl.storage.files import replace_file

    if not kind:
        put("\n".join(found.table()))
        return
    pieces = WRITERS[kind](found)
    if out is None:
        for lines in ["".join(pieces)] if kind == ".json" else pieces:
            show = put if kind == ".csv" else put_json
            show(lines.rstrip("\n"))
            if reader_is_gone():
                break
        return
    try:
        end = [b"\n"] if kind == ".json" else []
        replace_file(out, chain((piece.encode() for piece in pieces), end))
    except OSError as error:
        raise DataError(error_text(error, out)) from None
    say(f"written to {out}")


def _sizes(parts: "list[Predictions]", inputs: tuple[str, ...]) -> "list[tuple[int, int] | None]":
    """Height and width of the picture that each example was; None for those of arrays."""
    from tuidl.data.picture import SUFFIXES, picture_size

    found: list[tuple[int, int] | None] = []
    for part, name in zip(parts, inputs, strict=True):
        is_picture = Path(name).suffix.lower() in SUFFIXES
        found += [picture_size(Path(name))] if is_picture else [None] * len(part.names)
    return found


def _give_masks(
    found: "Predictions", sizes: "list[tuple[int, int] | None]", folder: Path, force: bool
) -> None:
    """Write the class of each pixel. Raises TuidlError."""
    from tuidl.inference.mask_files import write_masks

    count = write_masks(found, sizes, folder, force=force)
    say(f"{count:,} {'mask' if count == 1 else 'masks'} written to {folder}")


def _tell_problems(found: "Predictions") -> None:
    """Which examples have no answer, the first of them with the reason."""
    problems = list(found.problems.values())
    if not problems:
        return
    verb = "has" if len(problems) == 1 else "have"
    say(f"{len(problems):,} of {len(found.names):,} examples {verb} no prediction:")
    for problem in problems[:MOST_TOLD]:
        say(f"  {problem}")
    if len(problems) > MOST_TOLD:
        say(f"  and {len(problems) - MOST_TOLD:,} more")
