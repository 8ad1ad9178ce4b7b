"""``python -m bench [--json] [SYSTEM ...]``: tuidl's microseconds per training step."""

import argparse
import json

from tuidl import __version__
from tuidl.environment import prepare_environment
from tuidl.limits import default_threads


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="all of them if none is named")
    parser.add_argument("--json", action="store_true", help="one JSON line a system")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    prepare_environment(arguments.threads)
    from bench.measure import measure
    from bench.systems import SYSTEMS

    for name in arguments.systems:
        if name not in SYSTEMS:
            parser.error(f"no system {name!r} (there are: {', '.join(SYSTEMS)})")
    if not arguments.json:
        print(f"tuidl {__version__}, {arguments.threads} threads, microseconds per step")
        print(f"{'system':<20} {'batch':>6} {'shards':>7} {'median':>9} {'min':>9} {'max':>9}")
    for name in arguments.systems or SYSTEMS:
        result = measure(SYSTEMS[name], arguments.threads, arguments.rounds)
        if arguments.json:
            line = {
                "peer": f"tuidl {__version__}",
                "system": name,
                "batch": result.batch,
                "us_per_step": round(result.median, 2),
            }
            print(json.dumps(line), flush=True)
        else:
            print(
                f"{name:<20} {result.batch:>6} {result.shards:>7} {result.median:>9.2f} "
                f"{min(result.rounds):>9.2f} {max(result.rounds):>9.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
