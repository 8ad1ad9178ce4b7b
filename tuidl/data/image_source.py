"""The user's own pictures: a folder with one sub-folder for each class."""

from collections import Counter
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.config import Fraction
from tuidl.core.errors import PresetError
from tuidl.data.dataset import Source
from tuidl.data.examples import Examples, Whole
from tuidl.data.origin import Origin
from tuidl.data.paths import FilePath, resolved_path
from tuidl.data.spec import ExampleSpec

if TYPE_CHECKING:
    from tuidl.data.decoded_pictures import Decoded
    from tuidl.data.image_folder import Folder, Folders

Side = Annotated[int, Meta(ge=1, le=4096)]

USUAL = 0.2
MOST_NAMED = 3
"""Broken pictures and classes that a notice names."""


class Images(Source, frozen=True, kw_only=True, tag="images"):
    """Pictures scaled to ``size`` [height, width], pixels in [0, 1]; ``channels``: 1 is grey, 3
    colour.

    Where the folder holds ``train`` with ``val`` or ``test`` or both (also ``training``, ``valid``,
    ``validation``, ``testing``), each with the classes' folders, those are the parts;
    ``validation`` may be "test" then. Where the inputs are the targets a folder of nothing but
    pictures will do. ``broken``: "skip" leaves broken pictures out. ``cache``:
    decoded pixels are kept between commands.
    """

    path: FilePath
    size: tuple[Side, Side]
    channels: Literal[1, 3] = 3
    validation: Fraction | Literal["test"] = USUAL
    test: Fraction = 0.0
    broken: Literal["refuse", "skip"] = "refuse"
    cache: bool = True

    def resolve_paths(self, folder: Path) -> Self:
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def check(self) -> None:
        super().check()
        folders = self._listed()
        if self.test and folders.test:
            raise PresetError("data.test", f"{self.path} has a folder 'test' for that already")
        if self.validation != USUAL and folders.validation:
            problem = f"{folders.validation.path} is the validation part already"
            raise PresetError("data.validation", problem)
        if self.validation == "test" and not folders.test:
            raise PresetError("data.validation", f"{self.path} has no folders 'train' and 'test'")

    def fractions(self) -> tuple[float, float]:
        share = 0.0 if self._listed().validation else super().fractions()[0]
        return share, self.test

    def spec(self) -> ExampleSpec:
        classes = self._listed().train.classes
        return ExampleSpec((*self.size, self.channels), len(classes) or 1, classes)

    def class_counts(self) -> tuple[int, ...] | None:
        known = self._listed().train
        if not known.classes:
            return None
        counts = Counter(label for _, label, *_ in known.files)
        return tuple(counts[place] for place in range(len(known.classes)))

    def count(self) -> int:
        return len(self._listed().train.files)

    def part_sizes(self) -> tuple[int, int, int]:
        train, validation, test = super().part_sizes()
        folders = self._listed()
        own = [len(part.files) if part else 0 for part in (folders.validation, folders.test)]
        return train, validation + own[0], test + own[1]

    @property
    def can_spill(self) -> bool:
        return True

    def bytes_stored(self) -> int:
        """Nothing but what is remembered: the pixels as bytes."""
        return 0

    def bytes_reading(self) -> int:
        return self.bytes_remembered()

    def bytes_remembered(self) -> int:
        return sum(self.part_sizes()) * prod(self.spec().shape)

    def load(self) -> Examples:
        return self._decoded(self._listed().train).examples.floats()

    def read(self) -> Whole:
        folders = self._listed()
        validation, test = (
            self._decoded(part).examples if part else None
            for part in (folders.validation, folders.test)
        )
        return Whole(self._decoded(folders.train).examples, test, validation)

    def origin(self, part: str = "") -> Origin:
        folders = self._listed()
        own = folders.test if part == "test" or self.validation == "test" else folders.validation
        # Folds deal out what is in the folder for validation behind that for training.
        parts = [own] if part else [folders.train, folders.validation]
        return Origin(tuple(name for p in parts if p for name in self._decoded(p).paths))

    def notices(self) -> tuple[str, ...]:
        return tuple(self._notices())

    def _notices(self) -> Iterator[str]:
        folders = self._listed()
        if folders.passed_over:
            yield f"folders beside the parts are passed over: {_some(folders.passed_over)}"
        for part, missing in folders.lacking():
            yield f"{part.path} has no pictures of {_some(missing)}"
        if self.broken == "skip":
            parts = [p for p in (folders.train, folders.validation, folders.test) if p]
            found = [problem for part in parts for problem in self._decoded(part).broken]
            if found:
                count = sum(len(part.files) for part in parts)
                yield (
                    f"{len(found):,} of {count:,} pictures are broken and left out "
                    f"(data.broken = 'skip'): {_some(found)}"
                )

    def _listed(self) -> "Folders":
        from tuidl.data.image_folder import listed

        return listed(Path(self.path), classless=self.targets_are is not None)

    def _decoded(self, folder: "Folder") -> "Decoded":
        from tuidl.data.decoded_pictures import Wanted, decoded

        wanted = Wanted(self.size, self.channels, self.broken == "skip", self.cache)
        return decoded(folder, wanted)


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
