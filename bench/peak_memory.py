"""Trains a preset and prints the peak of the memory, or only what is predicted; for bench.memory.

python -m bench.peak_memory PRESET [--predict] [KEY=VALUE...]
"""

import sys

from tuidl.core.memory import peak_resident


def main(preset: str, *overrides: str) -> None:
    if overrides[:1] == ("--predict",):
        _predict(preset, overrides[1:])
    else:
        _train(preset, overrides)


def _predict(preset: str, overrides: tuple[str, ...]) -> None:
    from tuidl.compiler.footprint import footprint
    from tuidl.preset.library import load_preset

    needed = footprint(load_preset(preset, overrides))
    print(needed.peak, needed.moment)


def _train(preset: str, overrides: tuple[str, ...]) -> None:
    from tuidl.cli import main as tuidl

    options = [word for override in overrides for word in ("--set", override)]
    try:
        tuidl([preset, "--no-ui", *options])
    finally:
        print("peak", peak_resident())


if __name__ == "__main__":
    main(*sys.argv[1:])
