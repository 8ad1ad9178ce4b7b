"""The layers before the last one, by the shape of the inputs and the number of examples. Pure."""

from tuidl.proposing.facts import Facts
from tuidl.proposing.setting import Setting, Settings

WIDTHS = ((200, 32), (30_000, 128))
"""Up to so many examples to train on, units of a layer: few are soon learned by heart; from some
hundred on, twice the width won a hundredth of r2 on small tables (``bench.tabular``), as early
stopping guards against it."""
WIDEST = 256
FEW = 100
"""Examples below which one hidden layer is enough."""
SMALL, SMALL_WIDTH = 400, 128
"""Up to so many examples to train on, numbers are predicted by one hidden layer of so many units,
with weights that decay (``schedule.py``). A second layer and early stopping alone, which looks at
some 40 examples, lost up to 0.07 of r2 on six of seven tables of 105 to 310 examples, by the seeds
that this was chosen on."""

SMALLEST_MAP = 4
"""Pixels of a side at which pooling ends."""
FILTERS, MOST_FILTERS = 16, 64
DENSE_UNITS = 64
STEPS, SERIES_UNITS = 2, 32
WORD_WIDTH = 32
TABLE = "table"
"""The input that all columns are which are no text."""


def hidden_layers(facts: Facts, train: int) -> tuple[Settings, ...]:
    """All layers but the last one, for so many examples to train on."""
    if len(facts.shape) == 3:
        return _convolutions(facts.shape)
    if len(facts.shape) == STEPS:
        return (_gated(),)
    return (*_reading(facts), *_of_rows(facts, train))


def _reading(facts: Facts) -> tuple[Settings, ...]:
    """Layers that make a row of numbers of columns of text, and put them beside those of others."""
    if not facts.texts:
        return ()
    ends, layers = [f"read_{place}" for place in range(1, len(facts.texts) + 1)], list[Settings]()
    for name, end in zip(facts.texts, ends, strict=True):
        why = "a learned vector for each word; then their mean, without what fills texts up"
        layers.append(
            _layer("embedding", inputs=Setting([name]), output_dim=Setting(WORD_WIDTH, why))
        )
        layers.append(_layer("global_average_pool1d", mask=Setting(name), name=Setting(end)))
    beside = [TABLE, *ends] if facts.numbers else ends
    if len(beside) > 1:
        layers.append(_layer("concatenate", inputs=Setting(beside)))
    return tuple(layers)


def _of_rows(facts: Facts, train: int) -> tuple[Settings, ...]:
    if is_small(facts, train):
        why = "one wide layer, kept smooth by the decay of its weights: few examples"
        units = Setting(SMALL_WIDTH, why)
        return (_layer("dense", units=units, activation=Setting("relu")),)
    return _dense(train)


def is_small(facts: Facts, train: int) -> bool:
    """Whether a table of numbers to predict has so few examples to train on that smoothness
    counts most."""
    return facts.is_table and facts.target.is_smooth and train <= SMALL


def _dense(train: int) -> tuple[Settings, ...]:
    width = next((units for most, units in WIDTHS if train <= most), WIDEST)
    why = f"as wide as {train:,} examples can fill"
    first = _layer("dense", units=Setting(width, why), activation=Setting("relu"))
    if train <= FEW:
        return (first,)
    second = _layer("dense", units=Setting(width // 2), activation=Setting("relu"))
    return first, second


def _convolutions(shape: tuple[int, ...]) -> tuple[Settings, ...]:
    """Convolutions with more filters the smaller the map, each pooled to half the size."""
    layers: list[Settings] = []
    side, filters = min(shape[:2]), FILTERS
    while not layers or (side > SMALLEST_MAP and side >= 2):
        why = "strokes and edges first" if not layers else "parts made of those before"
        layers.append(
            _layer(
                "conv2d", filters=Setting(filters, why), kernel_size=Setting(3),
                padding=Setting("same"), activation=Setting("relu"),
            )
        )  # fmt: skip
        if side >= 2:
            layers.append(_layer("max_pool2d"))
        side, filters = side // 2, min(2 * filters, MOST_FILTERS)
    units = Setting(DENSE_UNITS, "weighs the parts that were found")
    dense = _layer("dense", units=units, activation=Setting("relu"))
    return (*layers, _layer("flatten"), dense)


def _gated() -> Settings:
    why = "a gated recurrent layer reads the steps in their order and keeps what matters"
    return _layer("gru", units=Setting(SERIES_UNITS, why))


def _layer(kind: str, **settings: Setting) -> Settings:
    return {"type": Setting(kind), **settings}
