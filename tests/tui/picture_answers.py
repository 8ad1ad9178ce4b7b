"""Answers to probes about what an autoencoder gives back, small and made up."""

from tuidl.protocol.picture_answers import (
    BoxedPicture,
    Boxes,
    DecodedCode,
    GivenBack,
    LatentPlane,
    MaskedPicture,
    Masks,
    Reconstructions,
)

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


def plane(*, labels: tuple[str, ...] = DIGITS, shape: tuple[int, ...] = (8, 8, 1)) -> LatentPlane:
    """Three codes, one of them unknown and one far out, and a diagonal at the cursor."""
    return LatentPlane(
        part="validation", shape=shape, labels=labels,
        points=[[0.5, -0.5], [None, 1.0], [90.0, 3.0], *([[1.0, 1.5]] * 200)],
        classes=[3, 4, 5, *([7] * 200)] if labels else [], cursor=(0.25, -1.0),
        decoded=given_back(shape).examples[0].x,
    )  # fmt: skip


def decoded(cursor: tuple[float, float] = (0.5, 0.5)) -> DecodedCode:
    """A diagonal."""
    return DecodedCode(shape=(8, 8, 1), cursor=cursor, decoded=given_back().examples[0].x)


def masks(shape: tuple[int, int, int] = (8, 8, 1), count: int = 6) -> Masks:
    """A bar of each class across the picture, of which less and less is found."""
    rows, columns, channels = shape
    true = [(place // columns) % 4 for place in range(rows * columns)]
    examples = [
        MaskedPicture(
            number=i,
            x=[
                0.25 + 0.15 * (place // channels // columns % 4)
                for place in range(rows * columns * channels)
            ],
            true=true,
            given=[kind if place % columns >= i else 0 for place, kind in enumerate(true)],
            overlap=1 - i / columns,
        )
        for i in range(count)
    ]
    return Masks(
        part="validation", shape=shape, classes=("background", "circle", "square", "triangle"),
        examples=tuple(examples), overlap=0.75, looked_at=256, total=400,
    )  # fmt: skip


def boxes(shape: tuple[int, int, int] = (8, 8, 1), count: int = 6) -> Boxes:
    """A diagonal; boxes that are found less and less well, every other with the wrong class."""
    examples = [
        BoxedPicture(
            number=i, x=given_back(shape).examples[0].x, true=0, given=i % 2,
            true_box=[0.5, 0.5, 0.5, 0.5], box=[0.5 + i / 16, 0.5, 0.5, 0.5], overlap=1 - i / 8,
        )
        for i in range(count)
    ]  # fmt: skip
    return Boxes(
        part="validation", shape=shape, classes=("circle", "square"), examples=tuple(examples),
        overlap=0.75, wrong=3, looked_at=256, total=400,
    )  # fmt: skip
