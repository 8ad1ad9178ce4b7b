"""Microseconds of tuidl's training step, alone or beside its peers: see docs/performance.md."""

import argparse
import shlex
import sys

from bench import grid, grids, heatmap, named
from bench.grids import GridCase
from bench.options import parsed
from bench.systems import SYSTEMS
from tuidl.core.environment import prepare_environment
from tuidl.core.errors import TuidlError

WRONG_USE = 2


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


def _profile(chosen: argparse.Namespace) -> None:
    prepare_environment(chosen.threads)
    from tuidl.cli.profile_table import profile_lines
    from tuidl.training.profiling import profile

    for case in named.cases_of(chosen.systems, chosen.batch):
        print("\n".join(profile_lines(profile(case.load()), slowest_first=True, unicode=True)))


def _scale(chosen: argparse.Namespace) -> None:
    prepare_environment(chosen.threads)
    from bench.scaling import scaling

    made = scaling(SYSTEMS[chosen.scaling], chosen.threads, chosen.rounds or named.ROUNDS)
    print("\n\n".join(table.text() for table in made))


if __name__ == "__main__":
    main()
