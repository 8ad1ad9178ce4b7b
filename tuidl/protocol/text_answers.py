"""Answers to probes of networks that read text."""

from tuidl.protocol.answer import Answer, Matrix, Number, Record, Vector


class Token(Record, frozen=True):
    """A token that was drawn: the ``text`` that it adds, its ``name``, the ``share`` that the
    network gave it, and the likeliest tokens by name with theirs; none are listed of a token of a
    prompt, which nobody drew."""

    number: int
    name: str
    text: str
    share: Number
    top: list[tuple[str, Number]]

    @property
    def is_given(self) -> bool:
        return not self.top


class Sample(Answer, frozen=True, tag="sample"):
    """What the network writes: ``tokens`` behind the first ``start`` ones of sample ``number``.

    ``given``: the prompt as the network reads it, ``notes`` what was done to it. ``characters``: of
    a held-out token on average, by which loss becomes bits per character.
    """

    number: int
    start: int
    given: str
    notes: tuple[str, ...]
    tokens: tuple[Token, ...]
    characters: Number


class EmbeddingMap(Answer, frozen=True, tag="embedding_map"):
    """Vectors of tokens along their two principal components: ``x`` and ``y`` of each of
    ``tokens``, and the ``explained`` shares of all variance. ``nearest``: of the token ``asked``
    for, others by name with the cosine of the angle between their vectors. ``what``: tokens, or
    whose ids these are."""

    layer: str
    tokens: tuple[str, ...]
    x: Vector
    y: Vector
    explained: tuple[Number, Number]
    asked: str
    nearest: list[tuple[str, Number]]
    width: int
    what: str = "tokens"


class Attention(Answer, frozen=True, tag="attention"):
    """Where each token looks, in one of the ``layers`` and one ``head`` of ``heads`` (None: the
    mean of all): ``weights`` (rows: the token that looks, columns: the one that is seen), which add
    up to 1 in a row. ``tokens``: names of the rows; ``seen``: of the columns. ``padding``: how many
    places behind those of a text the last column is the sum of, 0 where there is no such column.
    """

    layers: tuple[str, ...]
    layer: int
    head: int | None
    heads: int
    tokens: tuple[str, ...]
    seen: tuple[str, ...]
    weights: Matrix
    padding: int = 0
