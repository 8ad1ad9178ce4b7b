"""model.parameters: a mapping that can be read, written and assigned to, and says no clearly."""

import copy
import pickle
import re
from typing import Any

import numpy as np
import pytest

from tests import helpers
from tuidl.core.errors import DataError
from tuidl.model.model import Model

KERNEL, BIAS = "dense_1.kernel", "dense_1.bias"


@pytest.fixture(params=["cpu", "numpy"])
def model(request: pytest.FixtureRequest) -> Model:
    return helpers.model(helpers.CONV, backend=request.param)


def test_assigning_copies_into_the_program() -> None:
    model = helpers.model(helpers.LINE)
    values = np.full((1, 1), 3.0)
    model.parameters[KERNEL] = values
    model.parameters[BIAS] = [0.5]
    values[:] = 100.0
    assert model.predict([[2.0]]).tolist() == [[6.5]]


def test_old_views_stay_valid(model: Model) -> None:
    view = model.parameters[KERNEL]
    model.parameters[KERNEL] = np.ones(view.shape)
    model.parameters |= {BIAS: np.zeros(10)}
    model.initialize(5)
    helpers.train(model, steps=3)
    model.parameters = {name: values * 2 for name, values in model.parameters.items()}
    assert (view == model.parameters[KERNEL]).all()
    view[:] = 7.0
    assert (model.parameters[KERNEL] == 7.0).all()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (0.0, "expected shape (10,), got ()"),
        (np.zeros((1, 10)), "expected shape (10,), got (1, 10)"),
        (np.zeros(9), "expected shape (10,), got (9,)"),
        ([], "expected shape (10,), got (0,)"),
        (np.zeros(10, complex), "expected real numbers, got complex"),
        (["1"] * 10, "expected real numbers, got texts"),
        ([None] * 10, "expected real numbers, got objects"),
        (None, "expected real numbers"),
        ([2**70] * 10, "expected real numbers, got objects"),
        (np.full(10, 1e300), "1e+300 is too large for float32"),
        (np.ma.masked_equal(np.arange(10), 3), "masked"),
        ([[1], [2, 3]], "not an array of numbers"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(values: Any, problem: str) -> None:
    model = helpers.model(helpers.CONV)
    before = model.parameters.copy()
    with pytest.raises(DataError, match=re.escape(problem)) as caught:
        model.parameters[BIAS] = values
    assert str(caught.value).startswith("parameters['dense_1.bias']")
    with pytest.raises(DataError):
        model.parameters.update({KERNEL: np.zeros_like(before[KERNEL]), BIAS: values})
    assert model.parameters == before


def test_unknown_names_are_refused_with_the_nearest(model: Model) -> None:
    near = "none of this network's; did you mean 'dense_1.bias'?"
    with pytest.raises(DataError, match=re.escape(near)):
        model.parameters["dense_1.bais"] = np.zeros(10)
    with pytest.raises(KeyError, match=re.escape(near)):
        model.parameters["dense_1.bais"]
    with pytest.raises(DataError, match="3 is none"):
        model.parameters.update({3: np.zeros(10)})
    assert model.parameters.get("nowhere") is None
    assert "dense_1.bais" not in model.parameters


def test_names_can_be_neither_removed_nor_left_out(model: Model) -> None:
    parameters = model.parameters
    for remove in (
        lambda: parameters.__delitem__(BIAS),
        lambda: parameters.pop(BIAS),
        parameters.popitem,
        parameters.clear,
    ):
        with pytest.raises(DataError, match="cannot be removed"):
            remove()
    with pytest.raises(DataError, match=f"{KERNEL!r} is missing"):
        model.parameters = {k: v for k, v in parameters.items() if k != KERNEL}
    assert len(parameters) == 4


def test_it_behaves_like_the_dictionary_that_it_was(model: Model) -> None:
    parameters = model.parameters
    names = [slot.name for slot in model.program.parameters]
    assert list(parameters) == list(parameters.keys()) == list(dict(parameters)) == names
    assert dict(parameters)[KERNEL].base is not None, "views, as before"
    assert list({"other": 1} | parameters) == ["other", *names]
    assert list(parameters | {"other": 1}) == [*names, "other"]
    assert parameters.setdefault(BIAS, 3).shape == (10,)
    parameters[BIAS] += 1.0
    assert (parameters[BIAS] == 1.0).all()
    assert repr(parameters).startswith("Parameters(conv2d_1.kernel: (3, 3, 1, 5), ")


def test_copies_share_no_memory(model: Model) -> None:
    kinds = (lambda p: p.copy(), copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p)))
    for kind in kinds:
        known = kind(model.parameters)
        assert type(known) is dict
        assert model.parameters == known
        known[BIAS][:] = 9.0
        assert model.parameters != known


def test_two_parameters_can_be_exchanged() -> None:
    layers = "layers=[{type='dense', units=1}, {type='dense'}]"
    model = helpers.model(helpers.LINE, layers)
    one, other = "dense_1.kernel", "dense_2.kernel"
    before = model.parameters.copy()
    model.parameters.update({one: model.parameters[other], other: model.parameters[one]})
    assert model.parameters[one] == before[other] != before[one]
    assert model.parameters[other] == before[one]


def test_any_layout_and_any_kind_of_real_numbers(model: Model) -> None:
    shape = model.parameters[KERNEL].shape
    values = np.arange(np.prod(shape)).reshape(shape)
    frozen = values.copy()
    frozen.flags.writeable = False
    kinds = [values.astype(kind) for kind in (">f8", np.float16, "u8")]
    for given in (values, values.T.copy().T, values[::-1][::-1], frozen, values.tolist(), *kinds):
        model.parameters[KERNEL] = np.zeros(shape)
        model.parameters[KERNEL] = given
        np.testing.assert_array_equal(model.parameters[KERNEL], values.astype(np.float16))


def test_the_hash_follows_what_is_assigned(model: Model) -> None:
    before, known = model.weights_sha256, model.parameters.copy()
    model.parameters[BIAS] = known[BIAS] + 1
    assert model.weights_sha256 != before
    model.parameters = known
    assert model.weights_sha256 == before


@pytest.mark.parametrize("text", [helpers.LINE, helpers.CONV])
def test_predicting_changes_no_parameter(text: str) -> None:
    """Not even the first ones of the arena, where what a prediction does not have would be."""
    model = helpers.model(text)
    model.initialize(1)
    before = model.parameters.copy()
    for count in (1, 3, 32, 40):
        x, _ = helpers.examples(model, count)
        model.predict(x)
        for name, values in before.items():
            np.testing.assert_array_equal(model.parameters[name], values)
