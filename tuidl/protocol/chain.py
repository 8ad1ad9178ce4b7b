"""The answer of the probe ``chain``: the chain rule from the loss to one weight or neuron.

Its numbers have six significant digits, more than those of pictures: they are multiplied and added
up by those who read them.
"""

from tuidl.protocol.answer import Answer, Number, Record, Shape


class ChainChoice(Record, frozen=True):
    """What can be chosen: a parameter of ``shape``, or a layer's neurons, where ``is_neurons``;
    ``name`` is that of the parameter or of the layer."""

    name: str
    shape: Shape
    is_neurons: bool = False


class ChainTerm(Record, frozen=True):
    """One part of a sum: ``upstream`` times ``local`` is ``value``. ``at`` says where it is, and
    ``note`` what ``local`` is made of."""

    at: str
    upstream: Number
    local: Number
    value: Number
    note: str = ""


class ChainLink(Record, frozen=True):
    """A layer on the way: ``title`` says of which number it is, ``kind`` of which layer.

    ``total`` is d loss / d that number: the sum of the ``terms``, of ``rest`` further ones, which
    make up ``rest_sum``, and of ``from_loss``. ``words``: what the layer does to a gradient.
    """

    title: str
    kind: str
    terms: tuple[ChainTerm, ...]
    rest: int
    rest_sum: Number
    total: Number
    from_loss: Number = None
    words: str = ""


class ChainStart(Record, frozen=True):
    """Where the way begins: the ``loss`` of ``kind``, and what it hands to the output ``title``:
    ``gradient``, which is ``rule``, said with the numbers in ``numbers``."""

    kind: str
    loss: Number
    title: str
    gradient: Number
    rule: str
    numbers: str


class Chain(Answer, frozen=True, tag="chain"):
    """From the loss to ``title``, which is ``value``; entry ``index`` of ``choices[chosen]``.

    ``of``: of which examples everything is, in words; ``example``: its number in the training part,
    None for the mean over a batch; ``examples``: of how many one can be chosen, 0 where examples
    are tied together (then ``tied`` names the layer). ``links``: from the loss on; of a mean they
    are of the one example ``followed``, which adds most to the gradient. ``last``: the sum over the
    places where the weight is used. ``analytic``: in float64; ``engine``: what the training's own
    backward pass has, in its ``precision``. ``numeric``: (L(w + step) - L(w - step)) / 2 step, with
    its ``error`` beside the analytic one. ``is_kink``: there is no derivative, the slopes to both
    sides are ``left`` and ``right``. ``reason``: why the gradient is 0, or why it cannot be taken
    apart.
    """

    choices: tuple[ChainChoice, ...]
    chosen: int
    index: Shape
    title: str
    value: Number
    of: str
    example: int | None
    examples: int
    tied: str
    followed: int | None
    start: ChainStart | None
    links: tuple[ChainLink, ...]
    last: ChainLink | None
    penalty: Number
    analytic: Number
    engine: Number
    precision: str
    numeric: Number
    step: float
    error: Number
    agrees: bool
    is_kink: bool
    left: Number
    right: Number
    reason: str
