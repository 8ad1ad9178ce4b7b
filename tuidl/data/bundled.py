"""Data files that come with scikit-learn, read without importing it, which takes a second."""

from importlib.util import find_spec
from pathlib import Path

from tuidl.core.errors import DataError


def bundled(name: str) -> Path | None:
    """Where the file lies; None where it has moved and only scikit-learn's loaders still know.

    Raises DataError where scikit-learn is missing.
    """
    package = find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise DataError("this data comes with scikit-learn, which is missing: pip install tuidl")
    file = Path(package.submodule_search_locations[0]) / "datasets" / "data" / name
    return file if file.is_file() else None
