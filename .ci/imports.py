"""Imports every module of tuidl as it is installed, those aside that need a package that is not.

python -P imports.py
"""

import pkgutil
from importlib import import_module
from importlib.util import find_spec

import tuidl

NEEDS = {
    "tuidl.backends.cuda.": "numba_cuda",
    "tuidl.export.onnx_": "onnx",
}
"""What modules need whose names begin so."""
LIGHT = {"tuidl.backends.cuda.probing"}
"""Asks what is there, and needs nothing."""


def is_importable(name: str) -> bool:
    needed = [package for start, package in NEEDS.items() if name.startswith(start)]
    return name in LIGHT or all(find_spec(package) for package in needed)


def main() -> None:
    names = [module.name for module in pkgutil.walk_packages(tuidl.__path__, "tuidl.")]
    wanted = [name for name in names if is_importable(name) and not name.endswith("__main__")]
    for name in wanted:
        import_module(name)
    print(f"{len(wanted)} of {len(names)} modules imported")


if __name__ == "__main__":
    main()
