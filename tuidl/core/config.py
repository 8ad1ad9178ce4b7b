"""The base of everything that a preset's tables turn into, and their common value types."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Size = Annotated[int, Meta(ge=1, le=4096)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Fraction = Annotated[float, Meta(ge=0, lt=1)]
Seed = Annotated[int, Meta(ge=0, lt=2**32)]


class Config(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """A frozen record that is read from and written to one table of a preset."""

    @classmethod
    def kind(cls) -> str:
        """The name that selects this record in a preset: ``conv2d``, ``adam``, ``digits``."""
        return str(cls.__struct_config__.tag)


def by_kind(classes: list[type[Any]]) -> dict[str, type[Any]]:
    """Records by the name that selects them in a preset."""
    return {cls.kind(): cls for cls in classes}
