"""Compiling kernels by hand.

``python -m tuidl.kernels.prebuild [FOLDER [KERNEL ...]]`` for a wheel: all kernels
``python -m tuidl.kernels.prebuild --here [KERNEL ...]`` for this machine: ``COMMON``
"""

import sys
from pathlib import Path

from tuidl.kernels.prebuild import COMMON, build, build_here, build_part
from tuidl.kernels.prebuilt import FOLDER


def main(words: list[str]) -> None:
    """Raises SystemExit where nothing can be compiled or kept."""
    match words:
        case ["--part", folder, *names]:
            build_part(Path(folder), names)
        case ["--here", *names]:
            try:
                build_here(names=names or COMMON)
            except OSError as error:
                raise SystemExit(f"cannot keep compiled kernels: {error}") from None
        case [folder, *names]:
            build(Path(folder), names)
        case _:
            build(FOLDER)


if __name__ == "__main__":
    main(sys.argv[1:])
