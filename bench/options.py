"""The command line of ``python -m bench``."""

import argparse
from pathlib import Path

from bench.contenders import PEERS, interpreters
from bench.grids import GRIDS
from bench.systems import SYSTEMS
from tuidl.backends.cuda.probing import require_gpu
from tuidl.core.errors import BackendError
from tuidl.core.limits import default_threads

DESCRIPTION = "Microseconds of tuidl's training step, alone or beside its peers."
OF_A_GRID = ("grid", "write", "growth", "accuracy", "threads_agree", "steady")
"""Modes that take their networks from a grid."""


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """What is asked for; ends the process where that makes no sense. ``interpreters``: the
    peers'."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    _check(parser, chosen)
    try:
        chosen.interpreters = interpreters(chosen.peers) if chosen.peers else {}
        if chosen.backend == "cuda":
            require_gpu()
    except (ValueError, BackendError) as error:
        parser.error(str(error))
    return chosen


def _check(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    if chosen.scaling:
        if chosen.scaling not in SYSTEMS:
            parser.error(f"no system {chosen.scaling!r} (there are: {', '.join(SYSTEMS)})")
        others = (chosen.systems, chosen.peers, chosen.busy, chosen.whole, chosen.cold, chosen.save)
        if any(others) or chosen.json or chosen.backend != "cpu":
            parser.error("--scaling goes only with --threads and --rounds")
    modes = [name for name in OF_A_GRID if getattr(chosen, name) is not None]
    if len([name for name in modes if name != "grid"]) > 1:
        parser.error(f"one of them at a time: {', '.join(f'--{m}' for m in modes)}")
    if modes and chosen.systems:
        parser.error(f"--{modes[0].replace('_', '-')} takes its networks from a grid: name none")
    if not modes and (chosen.only or chosen.sample or chosen.every > 1):
        parser.error("--only, --sample and --every choose cases of a grid: add --grid")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=DESCRIPTION)
    add = parser.add_argument
    add("systems", nargs="*", metavar="NETWORK",
        help=f"of {', '.join(SYSTEMS)} (all if none is named), a preset or its file")  # fmt: skip
    add("--batch", type=int, help="the batch size, instead of the preset's")
    add("--peers", metavar="NAME[=PYTHON],...", help=f"of {', '.join(PEERS)}")
    add("--rounds", type=int)
    add("--seconds", type=float, help="of a round of one way to train")
    add("--threads", type=int, default=default_threads())
    add("--backend", default="cpu", choices=["cpu", "cuda"], help="ours; beside torch_cuda: cuda")
    add("--busy", action="store_true", help="also with every core kept busy by other processes")
    add("--whole", action="store_true", help="also whole processes that train cnn_digits")
    add("--cold", action="store_true", help="--whole, and with nothing compiled yet")
    add("--save", type=Path, metavar="DIR", help="write what was measured there, JSON and Markdown")
    add("--json", action="store_true", help="a JSON line for each system and library, no tables")
    add("--scaling", metavar="SYSTEM", help="by batch size, width and threads")
    add("--profile", action="store_true", help="where the time of our step goes, by instruction")
    _add_grids(parser)
    return parser


def _add_grids(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("many networks").add_argument
    name = {"nargs": "?", "metavar": "GRID", "help": f"of {', '.join(GRIDS)}"}
    add("--grid", const="open", default=None, **name)
    add("--only", metavar="KIND", help="of one kind or row of the grid")
    add("--every", type=int, default=1, metavar="N", help="every so manieth case")
    add("--sample", type=int, metavar="K", help="so many cases, spread evenly")
    add("--all", action="store_true", help="every combination of sizes, not only those taken")
    add("--write", type=Path, metavar="DIR", help="write the cases as presets, measure nothing")
    true = {"action": "store_const", "const": True, "default": None}
    add("--growth", help="exponents of time and memory along each size of a kind", **true)
    add("--accuracy", help="losses of 20 steps in float32 beside float64, and PyTorch's", **true)
    add("--threads-agree", help="the same bits on 1, 2, 3, 4 and 7 threads", **true)
    add("--steady", help="time of a step at the start and the end of 5,000", **true)
