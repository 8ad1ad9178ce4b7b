"""The answer of the probe ``health``."""

from tuidl.protocol.answer import Answer, Number, Record


class LayerHealth(Record, frozen=True):
    """Of a layer: length of the next ``update`` over that of its parameters, shares of units
    ``dead`` and of values ``saturated``, the effective ``rank`` of its outputs and the ``most``
    that can be; None where there is no such number."""

    name: str
    kind: str
    update: Number = None
    dead: Number = None
    saturated: Number = None
    rank: Number = None
    most: int = 0


class Health(Answer, frozen=True, tag="health"):
    """How the training is doing inside, on ``examples`` of the ``of`` that there are to train on,
    in batches of ``trains_on``.

    ``noise``: the gradient noise scale in examples, from ``batches`` of ``batch``; None where it is
    not known. ``sharpness``: the largest eigenvalue of the Hessian matrix, on ``sharp_on``
    examples; None where it would take too long. ``limit``: the sharpness from which on the learning
    ``rate`` is too large, None where that is not known of the ``optimizer``. ``rate_key``: what
    changes the rate while training.
    """

    layers: tuple[LayerHealth, ...]
    examples: int
    of: int
    noise: Number
    batches: int
    batch: int
    trains_on: int
    sharpness: Number
    sharp_on: int
    limit: Number
    optimizer: str
    rate: float
    rate_key: str
