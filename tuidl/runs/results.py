"""What a run has learned."""

from typing import Any, Literal

from tuidl.core.errors import RunError
from tuidl.core.own_files import is_there
from tuidl.storage.checkpoints import read_arrays
from tuidl.storage.contents import BEST, WEIGHTS
from tuidl.storage.folder import RunFolder

Which = Literal["final", "best"]


def trained(folder: RunFolder, which: Which = "final") -> dict[str, Any]:
    """The parameters by their names: ``final``, those that the run ended with or was last saved
    with, or those of its ``best`` epoch. Raises RunError."""
    path = folder.path / (BEST if which == "best" else WEIGHTS)
    if is_there(path):
        return read_arrays(path)[1]
    if which == "best":
        raise RunError(f"{folder.path}: no epoch has ended yet")
    snapshot, _ = folder.checkpoints.newest()
    if snapshot is None:
        raise RunError(f"{folder.path}: nothing was saved yet")
    return snapshot.under("parameters")
