"""Going back in a run: what its network was at a step, and another run from there."""

import sys
from pathlib import Path

import click

from tuidl.cli.common import EPILOG, found_run, json_option, prepare, threads_option
from tuidl.cli.training import learning_rate_of
from tuidl.core.terminal import put, put_json, say

STEP = click.IntRange(0, 1 << 53)


@click.command()
@click.argument("run")
@click.argument("steps", nargs=-1, required=True, type=STEP, metavar="STEP [STEP]")
@threads_option
@json_option
def rewind(run: str, steps: tuple[int, ...], threads: int | None, as_json: bool) -> None:
    """Say what RUN's network was after so many STEPs of the whole run; of two, what changed.

    The step is reached from the nearest keyframe before it by training the steps from there again,
    to the same bits, live edits included. The run stays as it is.
    """
    if len(steps) > 2:
        raise click.UsageError("STEP: name one step, or two to compare")
    prepare(threads)
    import msgspec

    from tuidl.protocol.moment_text import compared_lines, standing_lines
    from tuidl.runs.rewinding import RewoundRun
    from tuidl.storage.folder import RunFolder
    from tuidl.training.moments import compared, look

    rewound = RewoundRun(RunFolder(found_run(run)), threads)
    looks = []
    for step in steps:
        moment = rewound.go_to(step)
        looks.append(look(rewound.state, moment))
    if len(looks) == 1:
        lines = standing_lines(looks[0].standing)
        text = msgspec.json.encode(looks[0].standing)
    else:
        found = compared(*looks)
        lines, text = compared_lines(found), msgspec.json.encode(found)
    put_json(text.decode()) if as_json else put("\n".join(lines))


@click.command(epilog=EPILOG)
@click.argument("run")
@click.argument("step", type=STEP)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE",
    help="optimizer.learning_rate=0.001 from there on. Default: as RUN had it there.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False),
    help="Folder to keep the fork in. Default: one among 'tuidl runs'.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Events as JSON on stdout.")
@threads_option
def fork(
    run: str,
    step: int,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    threads: int | None,
) -> None:
    """Train another run from STEP of RUN on: the same up to there, perhaps at another rate after.

    It is a run like any other, and its run.json says where it comes from. Live edits that RUN
    made after STEP are not its own.
    """
    rate = learning_rate_of(overrides)
    prepare(threads)
    from tuidl.cli.headless import resume_headless
    from tuidl.runs.forking import fork as forked
    from tuidl.runs.rewinding import RewoundRun
    from tuidl.storage.folder import RunFolder

    folder = RunFolder(found_run(run))
    rewound = RewoundRun(folder, threads)
    rewound.go_to(step)
    new = forked(folder, rewound.state, out)
    del rewound  # its memory is for the run that goes on
    say(f"{new.called}: forked from {new.about.origin}")
    code = resume_headless(
        new, backend=None, threads=threads, learning_rate=rate, as_json=as_json
    )  # fmt: skip
    sys.exit(code)
