"""Training: a preset from its start, a run that is kept from where it was saved."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tuidl.cli.common import (
    EPILOG,
    alert_command_option,
    alert_option,
    found_run,
    naming,
    prepare,
    save_every_option,
    threads_option,
)
from tuidl.cli.playing import play
from tuidl.cli.proposing import preset_of_data, target_option
from tuidl.core.errors import PresetError, suggestion
from tuidl.core.loading import loading
from tuidl.protocol.commands import LEARNING_RATE

if TYPE_CHECKING:
    from tuidl.preset.schema import Preset

UNNAMED = ("--target", "data.x")
"""Keys of errors that say that a choice among arrays is missing."""


@click.command(epilog=EPILOG)
@click.argument("preset", required=False)
@target_option
@click.option("--no-ui", is_flag=True, help="Train without a screen.")
@click.option("--start", is_flag=True, help="On the screen: train at once.")
@click.option("--json", "as_json", is_flag=True, help="With --no-ui: events as JSON on stdout.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Override a value of the preset: training.epochs=3. May be repeated.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Override training.seed.")
@threads_option
@click.option(
    "--backend", metavar="cpu|numpy|cuda|auto",
    help="Default: cpu. auto: cuda where there is a GPU for it.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to keep the run in. Default: one among 'tuidl runs'.",
)
@click.option("--no-keep", is_flag=True, help="With --no-ui: keep nothing of the run.")
@save_every_option
@alert_option
@alert_command_option
def train(
    preset: str | None,
    target: str | None,
    no_ui: bool,
    start: bool,
    as_json: bool,
    overrides: tuple[str, ...],
    seed: int | None,
    threads: int | None,
    backend: str | None,
    out: Path | None,
    no_keep: bool,
    save_every: int | None,
    alerts: tuple[str, ...],
    alert_command: str | None,
) -> None:
    """Train PRESET (the word 'train' may be left out).

    PRESET may also be a file of data (.csv, .npz) or a folder of pictures: a preset is made for it.
    On a terminal the target of a table can be ticked there instead of named.
    """
    if seed is not None:
        overrides = (*overrides, f"training.seed={seed}")
    if alerts:
        from tuidl.preset.alerts import overrides_of

        overrides = (*overrides_of(alerts), *overrides)
    if not no_ui:
        given = preset or "PRESET"
        options = {"--json": as_json, "--out": out, "--no-keep": no_keep,
                   "--save-every": save_every, "--alert-command": alert_command}  # fmt: skip
        require_screen(f"tuidl {given} --no-ui", options)
        if start and preset is None:
            raise click.UsageError("--start: which preset? 'tuidl presets' lists them")
        _play(preset, target, overrides, start=start, threads=threads, backend=backend)
    if start:
        raise click.UsageError("--start is for the screen: it goes without --no-ui")
    if preset is None:
        raise click.UsageError("which preset? 'tuidl presets' lists them")
    if no_keep and (out is not None or save_every is not None):
        raise click.UsageError("--no-keep keeps nothing: it goes without --out and --save-every")
    prepare(threads)
    loaded, _ = _loaded(preset, target, overrides)
    from tuidl.cli.headless import train_headless

    with naming(preset):
        code = train_headless(
            loaded, backend=backend or "cpu", threads=threads, out=out, as_json=as_json,
            save_every=save_every, keep=not no_keep, alert_command=alert_command,
        )  # fmt: skip
    sys.exit(code)


@click.command(epilog=EPILOG)
@click.argument("run")
@click.option("--no-ui", is_flag=True, help="Train without a screen.")
@click.option("--json", "as_json", is_flag=True, help="With --no-ui: events as JSON on stdout.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE",
    help="optimizer.learning_rate=0.001 from here on; nothing else can change during a run.",
)  # fmt: skip
@click.option(
    "--epochs", metavar="N|+N",
    help="Train longer than the preset says: N epochs in all, or N more than until now.",
)  # fmt: skip
@threads_option
@click.option("--backend", metavar="cpu|numpy|cuda|auto", help="Default: the one it began on.")
@save_every_option
@alert_command_option
def resume(
    run: str,
    no_ui: bool,
    as_json: bool,
    overrides: tuple[str, ...],
    epochs: str | None,
    threads: int | None,
    backend: str | None,
    save_every: int | None,
    alert_command: str | None,
) -> None:
    """Go on with RUN, a name among 'tuidl runs' or a folder, from where it was last saved.

    The end is the same, to the bit, as if it had never stopped.
    """
    from tuidl.storage.folder import RunFolder

    rate = learning_rate_of(overrides)
    folder = RunFolder(found_run(run))
    if not no_ui:
        options = {"--json": as_json, "--save-every": save_every,
                   "--alert-command": alert_command}  # fmt: skip
        require_screen(f"tuidl resume {run} --no-ui", options)
    if epochs is not None:
        from tuidl.runs.lengthening import lengthen

        lengthen(folder, epochs)
    if not no_ui:
        play(
            preset=folder.preset, folder=folder.path, run=folder.path, threads=threads,
            backend=backend, learning_rate=rate,
        )  # fmt: skip
    prepare(threads)
    from tuidl.cli.headless import resume_headless

    sys.exit(
        resume_headless(
            folder, backend=backend, threads=threads, learning_rate=rate, as_json=as_json,
            save_every=save_every, alert_command=alert_command,
        )
    )  # fmt: skip


def learning_rate_of(overrides: tuple[str, ...]) -> float | None:
    """The one value that can change during a run. Raises PresetError for another key."""
    from tuidl.preset.decoding import convert, set_value

    table: dict[str, Any] = {}
    for override in overrides:
        key = override.partition("=")[0].strip()
        if key != LEARNING_RATE:
            known = [LEARNING_RATE]
            raise PresetError(key, f"cannot change during a run{suggestion(key, known)}", "--set")
        set_value(table, override)
    if not table:
        return None
    from tuidl.nn.optimizers import Rate

    return float(convert(table["optimizer"]["learning_rate"], Rate, LEARNING_RATE))


def require_screen(instead: str, options: dict[str, Any]) -> None:
    """Raises UsageError where no screen can be had, or an option is of no use with one."""
    given = [name for name, value in options.items() if value not in (None, False)]
    if given:
        goes = "goes" if len(given) == 1 else "go"
        raise click.UsageError(f"{', '.join(given)} {goes} with --no-ui: {instead}")
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise click.UsageError(f"the playground needs a terminal; without one: {instead}")


def _play(
    preset: str | None, target: str | None, overrides: tuple[str, ...], **options: Any
) -> NoReturn:
    """Open the playground, with a preset in it if one is named."""
    from tuidl.preset.library import find

    if preset is None:
        play(preset=None, folder=Path(), **options)
    if target is None and _is_table(preset):
        _choose(preset, overrides, **options)
    try:
        with loading(preset):
            loaded, folder = _loaded(preset, target, overrides)
            file = None if _names_data(preset, target) else find(preset).absolute()
    except PresetError as error:
        if target is not None or not preset.lower().endswith(".npz") or error.key not in UNNAMED:
            raise
        _choose(preset, overrides, **options)
    starts = options.pop("start") or _names_data(preset, target)
    play(preset=loaded, folder=folder, file=file, start=starts, **options)


def _choose(data: str, overrides: tuple[str, ...], *, start: bool, **options: Any) -> NoReturn:
    """Open the playground on a file in which the target is to be chosen."""
    if start:
        raise click.UsageError("--start: what is to be predicted? --target names it")
    play(data=(Path(data).absolute(), overrides), **options)


def _is_table(name: str) -> bool:
    """Whether a table is named, in which a target is still to be chosen. Raises DataError where
    there is no such file."""
    from tuidl.proposing.files import is_table_file, require_file

    if not _names_data(name, None) or Path(name).is_dir() or not is_table_file(name):
        return False
    require_file(Path(name))
    return True


def _loaded(name: str, target: str | None, overrides: tuple[str, ...]) -> "tuple[Preset, Path]":
    """The preset of this name or path, or the one for this data, and where its paths start."""
    from tuidl.preset.library import find, load_preset

    if _names_data(name, target):
        return preset_of_data(name, target, overrides), Path(name).absolute().parent
    return load_preset(name, overrides), find(name).parent


def _names_data(name: str, target: str | None) -> bool:
    """Whether a file of data or a folder is named, not a preset. Raises PresetError for a preset
    with a ``target``."""
    from tuidl.preset.library import shipped
    from tuidl.proposing.files import is_data

    is_preset = name in shipped() or Path(name).suffix == ".toml"
    if is_preset and target is not None:
        raise PresetError("--target", f"is for files of data; {name} is a preset")
    return not is_preset and (target is not None or is_data(name))
