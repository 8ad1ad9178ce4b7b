"""Taking what a run has learned elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import found_run, prepare, step_option, weights_option
from tuidl.core.printable import printable
from tuidl.core.terminal import put, say

if TYPE_CHECKING:
    from tuidl.runs.results import Which


@click.command()
@click.argument("run")
@click.option("--to", "format_name", required=True, metavar="safetensors|onnx|numpy|torch")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder or file. Default: RUN-FORMAT, here."
)
@weights_option
@step_option
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option(
    "--part", metavar="NAME",
    help="One of several networks alone, or encoder, decoder or generator.",
)  # fmt: skip
def export(
    run: str,
    format_name: str,
    out: Path | None,
    which: "Which",
    step: int | None,
    force: bool,
    part: str | None,
) -> None:
    """Write RUN's network as weights, as an ONNX file, or as a readable program of its own.

    What is written is loaded again and must answer as the network does.
    """
    prepare(1)
    from tuidl.runs.results import load_run

    folder = found_run(run)
    named = (folder.name, part, format_name) if part else (folder.name, format_name)
    path = out or Path("-".join(named))
    trained = load_run(folder, which, step)
    if trained.data_notice:
        say(trained.data_notice)
    done = trained.export(format_name, path, force=force, part=part)
    for file in done.files:
        put(printable(str(file)))
    say(done.message)
