"""Looking: at presets, networks, gradients, data sets and the words of the field."""

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import PAGE, naming, prepare, run_of, set_option
from tuidl.core.errors import suggestion
from tuidl.core.printable import printable
from tuidl.core.terminal import put, say
from tuidl.storage.contents import PRESET

if TYPE_CHECKING:
    from tuidl.preset.schema import Preset


@click.command()
def presets() -> None:
    """List the shipped presets."""
    from tuidl.preset.library import shipped
    from tuidl.preset.schema import Preset

    known = shipped()
    indent = max(map(len, known)) + 2
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    for name, path in known.items():
        sentence = Preset.load(path).about.strip().split(". ")[0].rstrip(".") + "."
        lines = textwrap.wrap(sentence, max(columns - indent, 20))
        put(f"{name:<{indent}}" + f"\n{'':<{indent}}".join(lines))


@click.command()
@click.argument("preset")
@set_option
@click.option("--profile", "profiled", is_flag=True, help="Time of each instruction of a step.")
@click.option("--sorted", "slowest_first", is_flag=True, help="With --profile: slowest first.")
def show(preset: str, overrides: tuple[str, ...], profiled: bool, slowest_first: bool) -> None:
    """Layers, shapes, parameters, FLOPs, memory and program of PRESET, or of the one that a RUN
    was trained with."""
    if slowest_first and not profiled:
        raise click.UsageError("--sorted goes with --profile")
    prepare(None if profiled else 1)
    from tuidl.preset.library import load_preset

    if run := run_of(preset):
        say(f"{run.name}: a run; its curves: tuidl view {preset}")
    with naming(preset):
        loaded = load_preset(run / PRESET if run else preset, overrides)
        if profiled:
            _show_profile(loaded, slowest_first)
            return
        from tuidl.cli.show import description

        put(description(loaded))
        if lines := loaded.data.report():
            put("\n".join(["", *lines]))
        for note in (*loaded.data.notices(), *_of_classes(loaded)):
            say(note)


def _of_classes(preset: "Preset") -> tuple[str, ...]:
    """What to say of how often its classes occur."""
    from tuidl.data.class_balance import lopsided
    from tuidl.tasks.choice import task_of

    names, counts = task_of(preset).names, preset.data.class_counts()
    return tuple(filter(None, [lopsided(names, counts, is_evened=preset.evens_classes)]))


def _show_profile(preset: "Preset", slowest_first: bool) -> None:
    from tuidl.cli.profile_table import profile_lines
    from tuidl.core.terminal import speaks_unicode
    from tuidl.training.profiling import profile

    put("\n".join(profile_lines(profile(preset), slowest_first, speaks_unicode())))


@click.command()
@click.argument("preset")
@set_option
@click.option("--entries", default=100, type=click.IntRange(1), help="Checked of each parameter.")
def gradcheck(preset: str, overrides: tuple[str, ...], entries: int) -> None:
    """Hold PRESET's analytic gradients against numeric ones, in float64."""
    prepare(1)
    from tuidl.preset.library import load_preset
    from tuidl.training.gradcheck import check_gradients

    with naming(preset):
        checks = check_gradients(load_preset(preset, overrides), entries=entries)
    put(f"{'parameter':<32} {'checked':>14} {'largest error':>14}")
    for check in checks:
        verdict = "ok" if not check.missed else f"{check.missed} MISSED"
        counted = f"{check.checked} of {check.size}"
        put(f"{check.name:<32} {counted:>14} {check.largest_error:>14.2e}  {verdict}")
    sys.exit(1 if any(check.missed for check in checks) else 0)


@click.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--accept", is_flag=True, help="Agree to the terms of use, where a set has such.")
def download(name: str | None, everything: bool, accept: bool) -> None:
    """Download a published data set: mnist, fashion_mnist, cifar10, tiny_shakespeare, names,
    sms_spam or movielens_100k.

    Files go to the data folder (TUIDL_DATA_DIR, or the platform's) and are checked; a download
    that was cut is taken up where it ended. What has terms of use asks whether you agree.
    """
    from tuidl.data.published import PUBLISHED

    if everything == (name is not None):
        raise click.UsageError(f"name one of {', '.join(PUBLISHED)}, or --all")
    if name is not None and name not in PUBLISHED:
        raise click.UsageError(f"no data set {name!r}{suggestion(name, PUBLISHED)}")
    from tuidl.cli.download import download_all

    for path in download_all(PUBLISHED.values() if name is None else [PUBLISHED[name]], accept):
        put(printable(str(path)))


@click.command()
@click.argument("concept", nargs=-1)
def explain(concept: tuple[str, ...]) -> None:
    """Say in plain words what CONCEPT is, with formula and example; without one, list all.

    CONCEPT is a word of the field, or what stands in a preset: learning rate, conv2d, dropout.rate.
    """
    from tuidl import glossary
    from tuidl.core.terminal import speaks_unicode, wants_color
    from tuidl.glossary import pages

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if concept:
        entry = glossary.concept(" ".join(concept))
        lines = pages.page(entry, min(columns or PAGE, PAGE), speaks_unicode())
    else:
        lines = pages.listing(glossary.concepts(), columns or 10_000, speaks_unicode())
    for text, role in lines:
        bold = role in ("title", "heading") and wants_color()
        put(click.style(text, bold=True) if bold else text, styled=bold)
