"""Starting from the weights of another run, some layers of which may be kept as they are."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tuidl.core.config import Config
from tuidl.core.errors import PresetError, suggestion
from tuidl.core.user_folders import expanded

Name = Annotated[str, Meta(min_length=1, max_length=200)]
KEY = "weights"


class Weights(Config, frozen=True, rename={"source": "from"}):
    """``from``: a run (its name or folder) or a .safetensors file.

    ``layers``: which to take from there, by default all that have parameters; ``frozen``: those
    that do not learn.
    """

    source: Annotated[str, Meta(min_length=1, max_length=4096)]
    layers: tuple[Name, ...] | None = None
    frozen: tuple[Name, ...] = ()

    def resolve_paths(self, folder: Path) -> "Weights":
        """With a path that is there taken relative to ``folder``; else it is a run's name."""
        try:
            path = (folder / expanded(self.source)).absolute()
            found = "\0" not in self.source and path.exists()
        except (OSError, RuntimeError, ValueError):
            found = False
        return msgspec.structs.replace(self, source=str(path)) if found else self

    def check(self, names: list[str]) -> None:
        """Raises PresetError for a layer that the network, with these ``names``, has not."""
        for key, chosen in (("layers", self.layers or ()), ("frozen", self.frozen)):
            for i, name in enumerate(chosen):
                if name not in names:
                    problem = f"no layer {name!r} with parameters{suggestion(name, names)}"
                    raise PresetError(f"{KEY}.{key}[{i}]", problem)
