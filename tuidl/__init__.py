"""tuidl: a deep-learning training playground for the terminal.

    preset = tuidl.load_preset("cnn_digits")
    model = tuidl.build(preset)
    for event in tuidl.train(preset, model): ...

Importing this package loads nothing heavy; each name below does when it is first used.
"""

from importlib import import_module

from tuidl.core.version import __version__

TYPE_CHECKING = False  # typing's own could be a file of the user's, if imported this early
if TYPE_CHECKING:
    from tuidl.api import build, train
    from tuidl.model.model import Model
    from tuidl.preset.library import load_preset
    from tuidl.preset.schema import Preset
    from tuidl.runs.fitting import fit
    from tuidl.runs.results import load_run

_HOMES = {
    "Preset": "tuidl.preset.schema",
    "Model": "tuidl.model.model",
    "load_preset": "tuidl.preset.library",
    "build": "tuidl.api",
    "train": "tuidl.api",
    "fit": "tuidl.runs.fitting",
    "load_run": "tuidl.runs.results",
}

__all__ = ["Model", "Preset", "__version__", "build", "fit", "load_preset", "load_run", "train"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuidl' has no attribute {name!r}")
    import_module("tuidl.core.environment").prepare_waiting()
    return getattr(import_module(_HOMES[name]), name)
