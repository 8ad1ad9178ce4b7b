"""Microseconds of tuidl's training step, alone or beside its peers: see docs/performance.md."""

import argparse
import shlex
import subprocess
import sys

from bench import exponents, grid, grids, heatmap, looking, named
from bench.cases import preset_file
from bench.grids import GridCase
from bench.options import parsed
from bench.systems import SYSTEMS
from tuidl.core.children import child_environment, module_command
from tuidl.core.environment import prepare_environment
from tuidl.core.errors import TuidlError

WRONG_USE = 2
LOOKING = {"threads_agree": "agreement", "accuracy": "accuracy", "steady": "steady"}
"""Modes of bench/inside.py by the option that asks for them."""
LOOKING_THREADS = 7


def main() -> None:
    chosen = parsed()
    try:
        _run(chosen)
    except (TuidlError, ValueError) as error:
        print(f"bench: error: {error}", file=sys.stderr)
        sys.exit(WRONG_USE)


def _run(chosen: argparse.Namespace) -> None:
    if chosen.scaling:
        _scale(chosen)
    elif chosen.growth:
        _growth(chosen)
    elif mode := next((name for option, name in LOOKING.items() if getattr(chosen, option)), None):
        is_well = looking.run(mode, cases_of(chosen), LOOKING_THREADS, chosen.json)
        sys.exit(0 if is_well else 1)
    elif chosen.grid or chosen.write:
        _over_a_grid(chosen, cases_of(chosen))
    elif chosen.profile:
        _profile(chosen)
    else:
        named.run(chosen, named.cases_of(chosen.systems, chosen.batch))


def cases_of(chosen: argparse.Namespace) -> list[GridCase]:
    """Those that the options leave of the grid. Raises ValueError."""
    found = grids.cases(chosen.grid or "open", chosen.only, chosen.all)[:: chosen.every]
    return grids.sample(found, chosen.sample) if chosen.sample else found


def _over_a_grid(chosen: argparse.Namespace, cases: list[GridCase]) -> None:
    if chosen.write:
        grid.write(cases, chosen.write)
        return
    found = grid.run(
        chosen.grid, cases, chosen.interpreters, chosen.threads, chosen.rounds or 3,
        command=f"python -m bench {shlex.join(sys.argv[1:])}",
        seconds=chosen.seconds or grid.SECONDS, save=chosen.save, as_json=chosen.json,
    )  # fmt: skip
    if not chosen.json:
        print("\n" + heatmap.screen(found))


def _growth(chosen: argparse.Namespace) -> None:
    seconds = chosen.seconds or exponents.SECONDS
    found = exponents.measure(chosen.only, chosen.threads, chosen.rounds or 3, seconds, chosen.json)
    if not chosen.json:
        print(exponents.table(found).text())


def _profile(chosen: argparse.Namespace) -> None:
    """``tuidl show --profile``, in a process of its own that reads how many threads it may use."""
    for case in named.cases_of(chosen.systems, chosen.batch):
        with preset_file(case) as (preset, overrides):
            options = [word for text in overrides for word in ("--set", text)]
            command = module_command("tuidl", "show", preset, "--profile", "--sorted", *options)
            done = subprocess.run(command, env=child_environment(), check=False)
        if done.returncode:
            sys.exit(done.returncode)


def _scale(chosen: argparse.Namespace) -> None:
    prepare_environment(chosen.threads)
    from bench.scaling import scaling

    made = scaling(SYSTEMS[chosen.scaling], chosen.threads, chosen.rounds or named.ROUNDS)
    print("\n\n".join(table.text() for table in made))


if __name__ == "__main__":
    main()
