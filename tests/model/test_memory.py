"""What a model takes that only predicts: no memory of a training's."""

import pytest

from tests import helpers
from tuidl.core.limits import FLOAT_BYTES
from tuidl.core.memory import own_usage

WIDE = """
name = "wide"
data = {source = "blobs", points = 400, features = 500, classes = 3}
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 2, batch_size = 32}
layers = [{type = "dense", units = 20000, activation = "relu"}, {type = "dense", units = 3}]
"""


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_who_only_predicts_gets_no_memory_for_gradients_and_optimizers(backend: str) -> None:
    if not own_usage().resident:
        pytest.skip("the system does not say what is resident")
    before = helpers.model(WIDE, backend=backend)
    x, _ = helpers.examples(before, 3)
    before.predict(x)  # everything is loaded
    resident = own_usage().resident
    model = helpers.model(WIDE, backend=backend)
    model.predict(x)
    weights = FLOAT_BYTES * model.program.parameter_elements
    grown = own_usage().resident - resident
    assert weights < 1.5 * grown
    assert grown < 1.5 * weights, "gradients and state are three times as much"
