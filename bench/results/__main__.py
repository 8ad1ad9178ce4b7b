"""``python -m bench.results [PRESET ...] --keras PYTHON``: train in tuidl and in Keras, side by
side, keep what was measured, and bring the tables of docs/results.md up to date."""

import argparse
import os

from tuidl.core.environment import prepare_environment
from tuidl.core.limits import default_threads
from tuidl.preset.library import shipped


def main() -> None:
    arguments = _arguments()
    untouched = dict(os.environ)
    prepare_environment(default_threads())
    from bench.results import records, tables
    from bench.results.cases import cases_of, compared
    from bench.results.measure import measured

    results = records.load()
    presets = [] if arguments.render else arguments.presets or compared()
    for case in (case for preset in presets for case in cases_of(preset)):
        for step in measured(case, arguments.seeds, arguments.keras, untouched, results):
            print(step, flush=True)
            records.save(results)
    tables.write(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.results", description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="all of them if none is named")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--keras", metavar="PYTHON", help="an interpreter that has Keras")
    parser.add_argument("--render", action="store_true", help="train nothing, only write tables")
    arguments = parser.parse_args()
    if not (arguments.keras or arguments.render):
        parser.error("--keras is needed, unless nothing is to be trained (--render)")
    for name in arguments.presets:
        if name not in shipped():
            parser.error(f"no preset {name!r} (there are: {', '.join(shipped())})")
    return arguments


if __name__ == "__main__":
    main()
