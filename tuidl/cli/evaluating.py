"""Judging a trained network: ``tuidl evaluate``."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import PAGE, Finite, json_option, prepare, weights_option
from tuidl.core.terminal import put, put_json, say

if TYPE_CHECKING:
    from tuidl.judging.evaluating import Contender
    from tuidl.judging.records import Judgement
    from tuidl.judging.subject import Part
    from tuidl.runs.results import Which


class CostsType(click.ParamType[tuple[float, float]]):
    """Two numbers with a comma between them."""

    name = "FP,FN"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        try:
            first, second = map(float, value.split(","))
        except ValueError:
            first = second = -1.0
        if not (0 <= first < float("inf") and 0 <= second < float("inf") and first + second > 0):
            self.fail(f"{value!r}: expected two costs, as 1,5", param, ctx)
        return first, second


@click.command()
@click.argument("run")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--part",
    type=click.Choice(["test", "validation", "train"]),
    help="Of the run's own data. Default: test where there is one, else validation.",
)
@click.option("--against", metavar="RUN", help="Compare with this run on the same examples.")
@click.option(
    "--output", metavar="NAME", help="Of several outputs the one to judge, else the predicted one."
)
@click.option("--by", multiple=True, metavar="COLUMN", help="Scores by its values. Repeatable.")
@click.option("--importance", is_flag=True, help="What each column is worth to the network.")
@click.option(
    "--repeats",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="How often --importance shuffles a column.",
)
@click.option(
    "--worst",
    type=click.IntRange(0, 1000),
    default=5,
    show_default=True,
    help="Examples with the largest losses.",
)
@click.option(
    "--pictures", is_flag=True, help="With --json: the pixels of those that are pictures."
)
@click.option("--positive", metavar="CLASS", help="Of two classes the one to find.")
@click.option(
    "--threshold",
    type=Finite(0, 1),
    metavar="P",
    help="Call it from this probability on, instead of the likelier class.",
)
@click.option(
    "--cost",
    "costs",
    type=CostsType(),
    help="Of a false positive and a false negative: chooses a threshold.",
)
@click.option(
    "--resamples",
    type=click.IntRange(0, 1_000_000),
    default=1000,
    show_default=True,
    help="Of the bootstrap, for 95% intervals; 0 for none.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True)
@weights_option
@click.option("--key", metavar="NAME", help="The array of inputs of an .npz file with several.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.md",
    help="Write it as Markdown too.",
)
@click.option("--force", is_flag=True, help="Replace a report that is there.")
@json_option
def evaluate(
    run: str,
    file: Path | None,
    part: "Part | None",
    against: str | None,
    output: str | None,
    which: "Which",
    key: str | None,
    report: Path | None,
    force: bool,
    as_json: bool,
    importance: bool,
    repeats: int,
    by: tuple[str, ...],
    worst: int,
    pictures: bool,
    positive: str | None,
    threshold: float | None,
    costs: tuple[float, float] | None,
    resamples: int,
    seed: int,
) -> None:  # fmt: skip
    """Judge RUN's network on the held-out part of its data, or on FILE, which has the targets too.

    Every score has a baseline and a 95% interval: see docs/judging.md. A run in the place of FILE
    is one to compare with.
    """
    if file is not None and against is None and _is_run(file):
        file, against = None, str(file)
    if file is not None and part is not None:
        raise click.UsageError("--part is of the run's own data: leave it out with a FILE")
    if report is not None and report.exists() and not force:
        raise click.UsageError(f"{report} is there: --force replaces it")
    if pictures and not as_json:
        raise click.UsageError("--pictures goes with --json")
    prepare(None)
    from tuidl.judging.evaluating import Options, evaluated

    options = Options(
        seed=seed, resamples=resamples, positive=positive, threshold=threshold, costs=costs, by=by,
        repeats=repeats if importance else 0, worst=worst, pictures=pictures,
    )  # fmt: skip
    contender = partial(_contender, which=which, file=file, part=part, key=key, output=output)
    network, subject = contender(run)
    other = contender(against) if against else None
    judgement = evaluated(network, subject, options, other)
    if report is not None:
        _write(judgement, report)
    _show(judgement, as_json)


def _is_run(path: Path) -> bool:
    """Whether it is no file but what a run is called."""
    from tuidl.core.errors import RunError
    from tuidl.runs.naming import find_run
    from tuidl.storage.folder import RunFolder

    if path.is_file():
        return False
    try:
        RunFolder(find_run(str(path)).path)
    except RunError:
        return False
    return True


def _contender(
    run: str,
    which: "Which",
    file: Path | None,
    part: "Part | None",
    key: str | None,
    output: str | None,
) -> "Contender":
    from tuidl.judging.file_subject import of_file
    from tuidl.judging.network import Network
    from tuidl.judging.subject import of_part
    from tuidl.runs.naming import find_run
    from tuidl.runs.results import load_run
    from tuidl.runs.several import asked_for, judged_outputs

    found = find_run(run)
    trained = load_run(str(found.path), which)
    if output is not None:
        preset, prepared = asked_for(trained.preset, trained.folder, output)
        trained = replace(trained, preset=preset, preparation=prepared)
    others = [name for name in judged_outputs(trained.preset) if name != trained.preset.predicted]
    if output is None and others:
        say(f"{trained.preset.predicted!r} is judged; by --output also {', '.join(others)}")
    network = Network(
        found.path.name, which, trained.preset, trained.parameters, trained.preparation
    )
    if file is None:
        changed = bool(trained.data_notice)
        return network, of_part(trained.preset, trained.preparation, part, changed)
    return network, of_file(trained.preset, trained.preparation, file, key)


def _show(judgement: "Judgement", as_json: bool) -> None:
    from tuidl.core.terminal import speaks_unicode, wants_color
    from tuidl.judging.text import as_text

    if as_json:
        import msgspec

        put_json(msgspec.json.encode(judgement).decode())
        return
    lines = as_text(judgement, PAGE, color=wants_color(), unicode=speaks_unicode())
    put("\n".join(lines), styled=True)


def _write(judgement: "Judgement", path: Path) -> None:
    from tuidl.judging.text import as_markdown
    from tuidl.storage.files import replace_file

    replace_file(path, ("\n".join(as_markdown(judgement)) + "\n").encode())
    say(f"written: {path}")
