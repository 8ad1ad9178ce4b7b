"""What accuracy has to be held against."""

import msgspec


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What always saying the training part's most frequent class, ``says``, comes to in each part;
    ``score``: the name of the accuracy that it is to be held against."""

    says: str
    score: str
    accuracy: dict[str, float]
