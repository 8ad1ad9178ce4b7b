"""Microseconds of tuidl's training step, alone or beside its peers: see docs/performance.md."""

import argparse
import json
import shlex
import sys
from datetime import date
from pathlib import Path

import msgspec

from bench import tables
from bench.comparing import compare, machine, peak
from bench.contenders import PEERS, interpreters
from bench.records import Comparison, SystemResult
from bench.systems import SYSTEMS
from tuidl.backends.cuda.probing import require_gpu
from tuidl.core.environment import prepare_environment
from tuidl.core.errors import BackendError
from tuidl.core.limits import default_threads


def main() -> None:
    parser = _parser()
    chosen = parser.parse_args()
    for name in [*chosen.systems, *([chosen.scaling] if chosen.scaling else [])]:
        if name not in SYSTEMS:
            parser.error(f"no system {name!r} (there are: {', '.join(SYSTEMS)})")
    if chosen.scaling:
        others = (chosen.systems, chosen.peers, chosen.busy, chosen.whole, chosen.cold, chosen.save)
        if any(others) or chosen.json or chosen.backend != "cpu":
            parser.error("--scaling goes only with --threads and --rounds")
        _scale(chosen)
        return
    if chosen.backend == "cuda":
        _require_gpu(parser)
    try:
        chosen.interpreters = interpreters(chosen.peers) if chosen.peers else {}
    except ValueError as error:
        parser.error(str(error))
    _compare(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("systems", nargs="*", metavar="SYSTEM", help="all of them if none is named")
    add("--peers", metavar="NAME[=PYTHON],...", help=f"of {', '.join(PEERS)}")
    add("--rounds", type=int, default=5)
    add("--threads", type=int, default=default_threads())
    add("--backend", default="cpu", choices=["cpu", "cuda"], help="ours; beside torch_cuda: cuda")
    add("--busy", action="store_true", help="also with every core kept busy by other processes")
    add("--whole", action="store_true", help="also whole processes that train cnn_digits")
    add("--cold", action="store_true", help="--whole, and with nothing compiled yet")
    add("--save", type=Path, metavar="DIR", help="write bench.json and bench.md there")
    add("--json", action="store_true", help="a JSON line for each system and library, no tables")
    add("--scaling", metavar="SYSTEM", help="by batch size, width and threads")
    return parser


def _require_gpu(parser: argparse.ArgumentParser) -> None:
    try:
        require_gpu()
    except BackendError as error:
        parser.error(str(error))


def _compare(chosen: argparse.Namespace) -> None:
    from bench.whole import whole_runs

    command = f"python -m bench {shlex.join(sys.argv[1:])}".strip()
    on = machine(chosen.backend)
    found = Comparison(str(date.today()), command, on, chosen.threads, peak(chosen.threads))
    for name in chosen.systems or SYSTEMS:
        result = compare(
            name, chosen.interpreters, chosen.threads, chosen.rounds, chosen.busy, chosen.backend
        )
        found.systems[name] = result
        _tell(name, result, chosen.json)
        _save(found, chosen.save)
    if chosen.whole or chosen.cold:
        found.whole = whole_runs(chosen.interpreters.get("torch"), chosen.rounds, chosen.cold)
    found.peak = max(found.peak, peak(chosen.threads))
    _save(found, chosen.save)
    if not chosen.json:
        print("\n" + tables.screen(found))


def _save(found: Comparison, folder: Path | None) -> None:
    """What is known so far, as JSON and as Markdown."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    formatted = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
    (folder / "bench.json").write_bytes(formatted)
    (folder / "bench.md").write_text(tables.document(found), encoding="utf-8")


def _tell(name: str, result: SystemResult, as_json: bool) -> None:
    """What is known so far: it takes minutes until all systems are measured."""
    for peer, timing in result.timings.items():
        best = timing.best
        if as_json:
            line = {
                "peer": timing.version,
                "system": name,
                "batch": result.batch,
                "us_per_step": round(best.median, 2),
                "way": best.way,
            }
            print(json.dumps(line), flush=True)
        else:
            text = f"{name:<20} {peer:<16} {tables.spread(best)} µs, {best.way}"
            print(text, file=sys.stderr, flush=True)


def _scale(chosen: argparse.Namespace) -> None:
    prepare_environment(chosen.threads)
    from bench.scaling import scaling

    made = scaling(SYSTEMS[chosen.scaling], chosen.threads, chosen.rounds)
    print("\n\n".join(table.text() for table in made))


if __name__ == "__main__":
    main()
