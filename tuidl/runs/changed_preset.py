"""The preset that a run's newest weights are of, where it was changed while it trained."""

from tuidl.core.errors import RunError, TuidlError
from tuidl.core.own_files import is_there
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import PRESET
from tuidl.runs.reading import read_timeline
from tuidl.storage.contents import WEIGHTS
from tuidl.storage.folder import RunFolder


def changed_preset(folder: RunFolder) -> Preset | None:
    """The preset of the run's newest weights, where it was changed while it trained; else None.
    Raises RunError."""
    if is_there(folder.path / WEIGHTS):
        if not is_there(folder.log):
            return None  # a folder that was thinned out; most networks are never changed
        edits = read_timeline(folder.log).edits
        text = next((edit.preset for edit in reversed(edits) if edit.key == PRESET), None)
    else:
        snapshot, _ = folder.checkpoints.newest()
        text = snapshot.state.preset if snapshot else None
    try:
        return None if text is None else Preset.parse(text, folder=folder.path)
    except TuidlError as error:
        raise RunError(f"{folder.log}: the changed preset: {error}") from None
