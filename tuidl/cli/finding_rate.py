"""A learning rate for a preset, by a range test."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import (
    PAGE,
    Finite,
    json_option,
    naming,
    prepare,
    set_option,
    threads_option,
)
from tuidl.core.printable import printable
from tuidl.core.terminal import put, put_json

if TYPE_CHECKING:
    from tuidl.protocol.rate_curve import RateCurve

HEIGHT = 18
LOWEST, HIGHEST = 1e-12, 1e6
"""What a rate may be; a geometric series between them is exact enough in float64."""


@click.command(name="find-rate")
@click.argument("preset")
@set_option
@click.option(
    "--steps", type=click.IntRange(50, 100_000), default=200, show_default=True,
    help="Of the short training.",
)  # fmt: skip
@click.option(
    "--lowest", type=Finite(LOWEST, HIGHEST), default=1e-6, show_default=True,
    help="The rate of its first step.",
)  # fmt: skip
@click.option(
    "--highest", type=Finite(LOWEST, HIGHEST), default=10.0, show_default=True,
    help="The rate of its last step.",
)  # fmt: skip
@click.option("--objective", metavar="NAME", help="Whose rate, where the preset has several.")
@click.option("--write", is_flag=True, help="Write the suggestion into the preset's file.")
@threads_option
@json_option
def find_rate(
    preset: str,
    overrides: tuple[str, ...],
    steps: int,
    lowest: float,
    highest: float,
    objective: str | None,
    write: bool,
    threads: int | None,
    as_json: bool,
) -> None:
    """Suggest a learning rate for PRESET, from a short training whose rate rises step by step.

    The loss stays where it is at rates that are too small, falls, and rises again at rates that are
    too large. Schedules and warm-up are left aside: the rate is that of the optimizer. Exits with 1
    where the loss never falls; as JSON, "suggested" is null then.
    """
    if not lowest < highest:
        raise click.UsageError(
            f"--lowest: expected less than --highest ({highest:g}), got {lowest:g}"
        )
    prepare(threads)
    from tuidl.preset.library import find, load_preset, shipped
    from tuidl.training.rate_test import RateTest

    if write and preset in shipped():
        raise click.UsageError(f"--write: {preset} is a shipped preset; only files are written")
    with naming(preset):
        test = RateTest(
            load_preset(preset, overrides), steps=steps, lowest=lowest, highest=highest,
            objective=objective, threads=threads,
        )  # fmt: skip
        for _ in test.run():
            pass
    curve = test.curve
    _show(curve, as_json)
    if curve.suggested is None:
        sys.exit(0 if as_json else 1)
    if write:
        _write(find(preset), curve.key, curve.suggested)
    elif not as_json:
        put(f"train with it: tuidl {printable(preset)} --set {curve.key}={curve.suggested:g}")


def _show(curve: "RateCurve", as_json: bool) -> None:
    if as_json:
        import msgspec

        put_json(msgspec.json.encode(curve).decode())
        return
    from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
    from tuidl.charts.rates import rate_chart
    from tuidl.charts.report import colored
    from tuidl.core.terminal import speaks_unicode, wants_color
    from tuidl.protocol.rate_curve import in_words

    color = wants_color()
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else PAGE
    palette = COLOR_BLIND if color else MONOCHROME
    drawn = rate_chart(curve, palette, width, HEIGHT, unicode=speaks_unicode())
    lines = [colored(line) if color else line.plain.rstrip() for line in drawn]
    put("\n".join(lines), styled=True)
    put("\n".join(["", *in_words(curve)]))


def _write(path: Path, key: str, rate: float) -> None:
    """Change the rate in a preset's file, and nothing else of it."""
    from tuidl.core.errors import PresetError
    from tuidl.core.own_files import reason_of
    from tuidl.preset.rates import with_rate
    from tuidl.preset.schema import Preset
    from tuidl.storage.files import replace_file

    try:
        text = with_rate(path.read_text(encoding="utf-8"), key, rate)
        Preset.parse(text, str(path), folder=path.parent)
        replace_file(path, text.encode())
    except OSError as error:
        raise PresetError(key, f"could not be written: {reason_of(error)}", str(path)) from None
    put(f"{printable(str(path))}: {key} = {rate:g}")
