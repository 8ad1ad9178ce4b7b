"""Using what a run has learned: predicting, and taking it elsewhere."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import found_run, json_option, prepare
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json, say

if TYPE_CHECKING:
    from tuidl.runs.results import Which

weights_option = click.option(
    "--weights", "which", type=click.Choice(["final", "best"]), default="final",
    help="Those the run ended with, or those of its best epoch.",
)  # fmt: skip


@click.command()
@click.argument("run")
@click.argument(
    "inputs", nargs=-1, required=True, metavar="INPUT...", type=click.Path(path_type=Path)
)
@json_option
@weights_option
@click.option("--key", metavar="NAME", help="The array of an .npz file that has several.")
@click.option(
    "--invert/--no-invert", default=None,
    help="Pictures: dark on light or light on dark; by default as their border tells.",
)  # fmt: skip
def predict(
    run: str,
    inputs: tuple[Path, ...],
    as_json: bool,
    which: "Which",
    key: str | None,
    invert: bool | None,
) -> None:
    """Say what RUN's network makes of INPUT: pictures, a CSV table, an .npz or .npy array."""
    prepare(1)
    from tuidl.inference.predictions import Predictions
    from tuidl.runs.results import load_run

    trained = load_run(found_run(run), which)
    found = [trained.predict_file(path, key=key, invert=invert) for path in inputs]
    records = [record for predictions in found for record in predictions.records]
    for note in dict.fromkeys(note for predictions in found for note in predictions.notes):
        say(note)
    if as_json:
        put_json(json.dumps(records))
    else:
        put("\n".join(Predictions(found[0].task, tuple(records)).table()))


@click.command()
@click.argument("run")
@click.option("--to", "format_name", required=True, metavar="safetensors|onnx|numpy|torch")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder or file. Default: RUN-FORMAT, here."
)
@weights_option
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export(run: str, format_name: str, out: Path | None, which: "Which", force: bool) -> None:
    """Write RUN's network as weights, as an ONNX file, or as a readable program of its own.

    What is written is loaded again and must answer as the network does.
    """
    prepare(1)
    from tuidl.runs.results import load_run

    folder = found_run(run)
    path = out or Path(f"{folder.name}-{format_name}")
    done = load_run(folder, which).export(format_name, path, force=force)
    for file in done.files:
        put(printable(str(file)))
    say(done.message)
