"""The user's own pictures: a folder with one sub-folder for each class."""

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.config import Fraction
from tuidl.core.errors import PresetError
from tuidl.data.dataset import Examples, Source, Whole
from tuidl.data.paths import FilePath, resolved_path
from tuidl.data.spec import ExampleSpec

if TYPE_CHECKING:
    from tuidl.data.image_folder import Folder

Side = Annotated[int, Meta(ge=1, le=4096)]


class Images(Source, frozen=True, kw_only=True, tag="images"):
    """Pictures scaled to ``size`` [height, width], pixels in [0, 1]; ``channels``: 1 is grey, 3
    colour.

    Where the folder holds ``train`` and ``test``, each with the classes' folders, the latter is
    the test set, and ``validation`` may be "test".
    """

    path: FilePath
    size: tuple[Side, Side]
    channels: Literal[1, 3] = 3
    validation: Fraction | Literal["test"] = 0.2
    test: Fraction = 0.0

    def resolve_paths(self, folder: Path) -> Self:
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def check(self) -> None:
        super().check()
        has_test = self._test() is not None
        if self.test and has_test:
            raise PresetError("data.test", f"{self.path} has a folder 'test' for that already")
        if self.validation == "test" and not has_test:
            raise PresetError("data.validation", f"{self.path} has no folders 'train' and 'test'")

    def fractions(self) -> tuple[float, float]:
        return super().fractions()[0], self.test

    def spec(self) -> ExampleSpec:
        classes = self._train().classes
        return ExampleSpec((*self.size, self.channels), len(classes), classes)

    def count(self) -> int:
        return len(self._train().files)

    def part_sizes(self) -> tuple[int, int, int]:
        train, validation, test = super().part_sizes()
        own = self._test()
        return train, validation, test + (len(own.files) if own else 0)

    def bytes_stored(self) -> int:
        """Nothing but what is remembered: the pixels as bytes."""
        return 0

    def bytes_reading(self) -> int:
        return self.bytes_remembered()

    def bytes_remembered(self) -> int:
        return sum(self.part_sizes()) * prod(self.spec().shape)

    def load(self) -> Examples:
        return self._decoded(self._train()).floats()

    def read(self) -> Whole:
        test = self._test()
        return Whole(self._decoded(self._train()), self._decoded(test) if test else None)

    def _train(self) -> "Folder":
        from tuidl.data.image_folder import train_folder

        return train_folder(Path(self.path))

    def _test(self) -> "Folder | None":
        from tuidl.data.image_folder import test_folder

        return test_folder(Path(self.path))

    def _decoded(self, folder: "Folder") -> Examples:
        from tuidl.data.image_folder import decoded

        return decoded(folder, self.size, self.channels)
