"""What probes answer of a network that reads text."""

from tuidl.protocol.probes import Example, Predictions
from tuidl.protocol.text_answers import Attention, EmbeddingMap, Sample, Token

TOP = [("e", 0.6), ("a", 0.25), ("春", 0.1)]


def token(text: str, share: float = 0.5) -> Token:
    name = {"\n": "↵", " ": "␣"}.get(text, text)
    return Token(number=ord(text) % 50, name=name, text=text, share=share, top=TOP)


def written(text: str, number: int = 0, start: int = 0) -> Sample:
    tokens = tuple(map(token, text))
    return Sample(
        number=number, start=start, given="Once ", notes=(), tokens=tokens, characters=1.0
    )


EMBEDDING = EmbeddingMap(
    layer="embedding_1", tokens=("a", "e", "春"), x=[0.0, 1.0, None], y=[0.0, 1.0, 0.5],
    explained=(0.4, 0.2), asked="a", nearest=[("e", 0.9)], width=16,
)  # fmt: skip


ATTENTION = Attention(
    layers=("a", "b"), layer=1, head=0, heads=4,
    tokens=("the", "春", "cat"), seen=("the", "春", "cat"),
    weights=[[1.0, 0.0, 0.0], [0.25, 0.75, None], [0.1, 0.2, 0.7]],
)  # fmt: skip

MESSAGES = Predictions(
    part="validation", asked=(None, None), shape=(64,), classes=("ham", "spam"), matching=2,
    wrong=1, total=2, confusion=[[1, 1], [0, 0]],
    examples=tuple(
        Example(number=number, x=[3.0, 5.0, *[0.0] * 62], true=0, shares=[share, 1 - share],
                text="win a prize 春 " * number)
        for number, share in ((4, 0.2), (9, 0.7))
    ),
)  # fmt: skip
