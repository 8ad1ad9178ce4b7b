"""What every answer to a probe is: a frozen record that travels in a ``probe_answer`` event.

Arrays are lists of numbers rounded to what pictures need; a number that is not finite is null.
"""

import msgspec

Number = float | None
"""None: not finite."""
Vector = list[Number]
Matrix = list[Vector]
Shape = tuple[int, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag_field="probe"):
    """Base of all answers."""

    @property
    def kind(self) -> str:
        """The probe that answers so."""
        return str(self.__struct_config__.tag)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what answers consist of."""
