"""Networks on small tables, as they are before any training: judging needs no more."""

from pathlib import Path

import numpy as np

from tuidl.inference.preprocessing import Preparation
from tuidl.judging.network import Network
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

TABLE = """
name = "table"
[data]
source = "csv"
path = "{path}"
target = "{target}"
ignore = ["id"]
validation = 0.25
test = 0.25
seed = 3
{more}
[[layers]]
type = "dense"
[loss]
type = "{loss}"
[optimizer]
type = "sgd"
[training]
epochs = 1
batch_size = 8
seed = {seed}
"""


def write_table(path: Path, rows: int = 80) -> None:
    """A class, ``bought``, and a number, ``price``, that follow from ``age`` with some noise."""
    random = np.random.default_rng(1)
    lines = ["id,age,city,price,bought"]
    for i in range(rows):
        age, city = int(random.integers(18, 80)), ("Rome", "Oslo")[int(random.random() < 0.3)]
        price = 2 * age + random.normal()
        bought = "yes" if age + random.normal() * 15 > 50 else "no"
        lines.append(f"{i},{age},{city},{price:.2f},{bought}")
    path.write_text("\n".join(lines) + "\n")


def table_network(path: Path, target: str = "bought", seed: int = 0) -> Network:
    loss = "mse" if target == "price" else "cross_entropy"
    more = "normalize_targets = false" if target == "price" else ""
    text = TABLE.format(path=path, target=target, loss=loss, seed=seed, more=more)
    return network(text, f"run {seed}")


def network(text: str, run: str = "run") -> Network:
    preset = Preset.parse(text, "test")
    parameters = {name: values.copy() for name, values in Model(preset, batch=8).parameters.items()}
    return Network(run, "final", preset, parameters, Preparation.of(preset))
