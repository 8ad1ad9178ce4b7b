"""Libraries that read other formats: they come with an extra of the package."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from tuidl.core.errors import DataError


def needed(module: str, path: Path) -> ModuleType:
    """The module. Raises DataError, which names the extra, where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        library = module.partition(".")[0].replace("_", "-")
        raise DataError(
            f"{path}: reading {path.suffix} needs {library}: pip install 'tuidl[tables]', "
            "or save the table as .csv"
        ) from None
