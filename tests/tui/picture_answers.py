"""Answers to probes about what an autoencoder gives back, small and made up."""

from tuidl.protocol.picture_answers import GivenBack, Reconstructions

DIGITS = tuple(str(number) for number in range(10))


def given_back(
    shape: tuple[int, ...] = (8, 8, 1), count: int = 6, *, labels: tuple[str, ...] = DIGITS
) -> Reconstructions:
    """A diagonal, of which all but the first comes back fainter; the last has a hole in it."""
    size = 1
    for side in shape:
        size *= side
    x = [float(i % 9 == 0) for i in range(size)]
    examples = [
        GivenBack(
            number=i,
            x=[*x],
            back=[None if i == count - 1 and j == 0 else v / (1 + i) for j, v in enumerate(x)],
            label=i % len(labels) if labels else -1,
            loss=12.5 * (1 + i),
        )
        for i in range(count)
    ]
    return Reconstructions(
        part="validation", shape=shape, labels=labels, examples=tuple(examples),
        loss=43.75, unit="nats an example", looked_at=256, total=359,
    )  # fmt: skip
