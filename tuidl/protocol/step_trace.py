"""One step of training, phase by phase, with real numbers: answers to the probe ``walk``."""

from tuidl.protocol.answer import Answer, Matrix, Number, Record, Shape, Vector


class ForwardStep(Record, frozen=True):
    """A layer in the forward pass, with the first ``values`` of its output."""

    name: str
    kind: str
    activation: str
    input_shape: Shape
    shape: Shape
    values: Vector


class BackwardStep(Record, frozen=True):
    """The gradient of a layer's output: its first ``values`` and its ``length``."""

    name: str
    values: Vector
    length: Number


class UpdateStep(Record, frozen=True):
    """The first ``values`` of a parameter of ``shape``, and of its ``gradient``, which is empty for
    what the step leaves as it is."""

    name: str
    shape: Shape
    values: Vector
    gradient: Vector


class StepTrace(Answer, frozen=True, tag="walk"):
    """The next step, phase by phase.

    ``examples``: numbers of the first of the ``batch``, taken out ``of`` so many, with ``inputs``
    (examples, flat), ``targets``, and what is ``predicted``; ``losses``: what each adds to the
    mean, where that is simple. ``input``, ``target``: the first numbers of the first example.
    ``closing``: the activation that belongs to the loss. Of several networks, it is the step of
    one ``objective``, which trains the networks in ``trains``, all where it is empty: its loss is
    the sum of the ``terms``, and ``output`` names the one whose ``predicted``, ``targets`` and
    ``losses`` are shown. ``weighted``: the loss weighs classes or examples. ``texts``: the inputs
    of each example in words, where they are numbers of tokens or ids, with ``target_texts`` where
    targets are tokens. ``untaught``: the loss holds its answers against nothing, and what is in
    ``targets`` means nothing; ``groups``: these are squared distances to centres.
    """

    batch: int
    of: int
    examples: tuple[int, ...]
    shape: Shape
    classes: tuple[str, ...]
    inputs: Matrix
    targets: Matrix
    input: Vector
    target: Vector
    predicted: Matrix
    forward: tuple[ForwardStep, ...]
    closing: str
    loss: Number
    losses: Vector | None
    loss_kind: str
    backward: tuple[BackwardStep, ...]
    update: tuple[UpdateStep, ...]
    optimizer: str
    learning_rate: float
    objective: str = ""
    output: str = ""
    trains: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    weighted: bool = False
    texts: tuple[str, ...] = ()
    target_texts: tuple[str, ...] = ()
    untaught: bool = False
    groups: bool = False
