"""Numbers predicted against true ones: in the unit of the table, not as the network has them."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.worker.test_probes import ask
from tuidl.training.trainer import Trainer

FLATS = """
name = "flats"
data.source = "csv"
data.path = "{path}"
data.target = {target}
data.normalize = "standard"
data.validation = 0.25
layers = [{{type = "dense"}}]
loss = {{type = "mse"}}
optimizer = {{type = "sgd", learning_rate = 0.1}}
training = {{epochs = 30}}
"""


@pytest.mark.parametrize(("target", "output"), [('"rent"', None), ('["rent", "heat"]', 1)])
def test_values_are_in_the_unit_of_the_table(
    tmp_path: Path, target: str, output: int | None
) -> None:
    area = np.random.default_rng(1).uniform(20, 120, 80).round(1)
    rows = [f"{a},{14 * a + 200:.1f},{2 * a:.1f}" for a in area]
    path = tmp_path / "flats.csv"
    path.write_text("\n".join(["area,rent,heat", *rows, ""]))
    trainer = Trainer(helpers.preset(FLATS.format(path=path, target=target)))
    list(trainer.run())
    options = {} if output is None else {"output": output}
    found = ask(trainer, "values", **options)
    known = 2 * area if output else 14 * area + 200
    assert trainer.state.preprocessing.targets is not None
    assert all(np.abs(known / value - 1).min() < 1e-3 for value in found["true"])
    np.testing.assert_allclose(found["predicted"], found["true"], rtol=0.05)
