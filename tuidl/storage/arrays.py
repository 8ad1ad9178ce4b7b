"""Arrays by name in safetensors files, with and without a checksum beside them."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuidl.core.errors import RunError
from tuidl.core.limits import available_memory
from tuidl.core.own_files import FileError, open_to_read
from tuidl.storage.files import LARGEST_FILE, open_checked, write_checked

if TYPE_CHECKING:
    from tuidl.storage.tensors import StoredArray

Stored = tuple[dict[str, str], "dict[str, StoredArray]"]


def read_arrays(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Metadata and arrays of a safetensors file with a checksum. Raises RunError."""
    metadata, arrays = stored_arrays(path)
    needed = sum(prod(stored.shape) * stored.dtype.itemsize for stored in arrays.values())
    if needed > (most := available_memory()):
        raise RunError(f"{path}: {needed:,} bytes of arrays, more than the memory now ({most:,})")
    return metadata, {name: stored.read() for name, stored in arrays.items()}


def stored_arrays(path: Path, *, follow: bool = False) -> Stored:
    """Metadata and arrays, none of them read yet. Raises RunError as ``open_checked``."""
    from tuidl.storage.tensors import open_arrays

    with open_checked(path, follow=follow) as file:
        return open_arrays(path, file)


def foreign_arrays(path: Path) -> Stored:
    """The same of a file that the user has from elsewhere, without a checksum. Raises RunError."""
    from tuidl.storage.tensors import open_arrays

    try:
        with open_to_read(path, LARGEST_FILE, follow=True) as file:
            return open_arrays(path, file)
    except FileError as error:
        raise RunError(str(error)) from None


def write_weights(path: Path, parameters: Mapping[str, Any], metadata: dict[str, str]) -> None:
    """Parameters by their own names, and a checksum. Raises SaveError."""
    from tuidl.storage.tensors import pieces

    write_checked(path, pieces(parameters, metadata))
