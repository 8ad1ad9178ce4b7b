"""What docs/python.md promises of models: second trainings, stops, copies, and what is refused."""

import copy
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tuidl
from tests import helpers
from tuidl.core.errors import BackendError, DataError, TuidlError
from tuidl.kernels.oracles import ORACLES
from tuidl.kernels.step_state import EPOCH, STEP
from tuidl.model.model import Model
from tuidl.protocol import events

NET = """
name = "net"
data = {source = "moons", points = 100, validation = 0.2}
layers = [{type = "dense", units = 8}, {type = "batch_normalization"}, {type = "relu"},
          {type = "dropout", rate = 0.3}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 2, batch_size = 32, shuffle = false}
"""


def run(model: Model, *overrides: str, text: str = NET) -> list[events.Event]:
    return list(tuidl.train(helpers.preset(text, *overrides), model))


@pytest.fixture(params=["cpu", "numpy"])
def model(request: pytest.FixtureRequest) -> Model:
    return tuidl.build(helpers.preset(NET), request.param)


# --- one training after another -------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "adagrad", "sgd"])
def test_two_trainings_are_one_that_is_as_long(optimizer: str, many_shards: None) -> None:
    """Parameters, averages, moments and the count of steps (Adam's bias, dropout's masks) go on;
    epochs, of which there is one augmentation each, count from 1 again."""
    kind = f"optimizer.type='{optimizer}'"
    text = (
        NET.replace('type = "adam"', 'type = "sgd", momentum = 0.9') if optimizer == "sgd" else NET
    )
    preset = helpers.preset(text, kind)
    twice, once = tuidl.build(preset), tuidl.build(preset)
    for epochs in (1, 3):
        run(twice, kind, f"training.epochs={epochs}", text=text)
    run(once, kind, "training.epochs=4", text=text)
    assert twice.weights_sha256 == once.weights_sha256
    state, whole = twice.engine.step_state.copy(), once.engine.step_state.copy()
    assert (state[EPOCH], whole[EPOCH]) == (3, 4)
    state[EPOCH] = whole[EPOCH]
    assert bytes(state) == bytes(whole)


def test_what_begins_anew_with_a_second_training(model: Model) -> None:
    """The schedule, early stopping and the orders of the examples; epochs count from 1."""
    preset = "optimizer.schedule={type='exponential', multiplier=0.5}", "training.shuffle=true"
    first, second = run(model, *preset), run(model, *preset)
    ended = [[e for e in told if isinstance(e, events.EpochEnded)] for told in (first, second)]
    assert [e.learning_rate for e in ended[0]] == [e.learning_rate for e in ended[1]]
    assert [e.epoch for e in ended[1]] == [1, 2]
    assert second[-1].train["loss"] != first[-1].train["loss"]


def test_initialize_begins_afresh(model: Model) -> None:
    known = run(model)[-1].weights_sha256
    model.initialize(0)
    assert run(model)[-1].weights_sha256 == known
    model.initialize(1)
    assert run(model)[-1].weights_sha256 != known


def test_parameters_alone_go_on_in_a_new_model(model: Model) -> None:
    run(model)
    fresh = tuidl.build(model.preset, model.backend)
    fresh.parameters = model.parameters
    assert fresh.weights_sha256 == model.weights_sha256
    assert run(fresh)[-1].weights_sha256 != run(model)[-1].weights_sha256, "no moments"


@pytest.mark.parametrize("leave", ["close", "forget", "raise"])
def test_a_training_that_is_left_keeps_what_it_has_learned(leave: str, model: Model) -> None:
    told = tuidl.train(helpers.preset(NET, "training.epochs=100"), model)
    while not isinstance(event := next(told), events.EpochEnded) or event.epoch < 3:
        pass
    if leave == "close":
        told.close()
    elif leave == "forget":
        del told
    else:
        with pytest.raises(KeyboardInterrupt):
            told.throw(KeyboardInterrupt)
    known = tuidl.build(model.preset, model.backend)
    run(known, "training.epochs=3")
    assert model.weights_sha256 == known.weights_sha256
    assert run(model)[-1].weights_sha256 == run(known)[-1].weights_sha256


def test_two_trainings_of_one_model_at_once_are_refused(model: Model) -> None:
    first = tuidl.train(model.preset, model)
    second = tuidl.train(model.preset, model)
    next(first)
    with pytest.raises(DataError, match=r"is being trained already: .* close\(\) it"):
        next(second)
    with pytest.raises(DataError, match="is being trained"):
        model.initialize(0)
    before = [event for event in first if isinstance(event, events.RunEnded)]
    assert len(before) == 1
    assert run(model)[-1].reason == "completed"


def test_parameters_may_be_set_between_two_events(model: Model) -> None:
    for event in tuidl.train(model.preset, model):
        if isinstance(event, events.EpochEnded):
            model.parameters = {k: np.zeros_like(v) for k, v in model.parameters.items()}
            model.parameters["batch_normalization_1.moving_variance"] += 1.0
    assert not model.predict([[1.0, 2.0]]).std()


def test_a_failed_training_leaves_a_model_that_can_be_used(model: Model) -> None:
    x, _ = helpers.examples(model, 5)
    told = []
    for event in tuidl.train(model.preset, model):
        told.append(event)
        if isinstance(event, events.EpochEnded):
            model.parameters["dense_2.bias"][:] = np.nan
    assert isinstance(told[-1], events.RunFailed)
    assert "dense_2" in told[-1].error
    model.initialize(0)
    fresh = tuidl.build(model.preset, model.backend)
    np.testing.assert_array_equal(model.predict(x), fresh.predict(x))
    assert run(model)[-1].reason == "completed"


# --- interruptions --------------------------------------------------------------------------------


def test_an_interruption_within_an_answer_leaves_the_count_of_steps(model: Model) -> None:
    x, y = helpers.examples(model, 300)
    run(model)
    step_state, engine_run = model.engine.step_state.copy(), model.engine.run
    engine_again, predicted = model.engine.again, []

    def interrupted(*arguments: Any) -> int:
        engine_run(*arguments)
        raise KeyboardInterrupt

    def interrupted_once(*arguments: Any) -> Callable[[Any], None]:
        look = engine_again(*arguments)

        def looked(inputs: Any) -> None:
            predicted.append(len(inputs))
            look(inputs)
            if len(predicted) == 1:
                raise KeyboardInterrupt

        return looked

    model.engine.again = interrupted_once
    feed = model.feed(x, y)
    for question in (
        lambda: model.predict(x),
        lambda: model.loss_and_gradients(x, y),
        lambda: model.evaluate(feed),
    ):
        model.engine.run = interrupted
        with pytest.raises(KeyboardInterrupt):
            question()
        del model.engine.run
        assert bytes(model.engine.step_state) == bytes(step_state)
        question()
    assert len(predicted) > 1


@pytest.mark.parametrize("kernel", ["dense", "batch_moments", "adam", "move_averages"])
def test_an_interrupted_step_of_the_numpy_backend_was_not_done(
    kernel: str, monkeypatch: pytest.MonkeyPatch, many_shards: None
) -> None:
    """Its steps are Python, so Ctrl-C may come amid an update: half of it would be no training."""
    model = tuidl.build(helpers.preset(NET), "numpy")
    twin, done, original = copy.copy(model), [], ORACLES[kernel]

    def interrupted(*arguments: Any) -> None:
        original(*arguments)
        done.append(int(model.engine.step_state[STEP]))
        if done.count(3) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setitem(ORACLES, kernel, interrupted)
        with pytest.raises(KeyboardInterrupt):
            helpers.train(model, steps=9)
    assert model.engine.step_state[STEP] == 2
    helpers.train(twin, steps=2)
    assert lasting(model) == lasting(twin)


def lasting(model: Model) -> list[bytes]:
    """All that a next training goes on from."""
    arrays = (*model.parameters.values(), *model.optimizer_state.values(), model.engine.step_state)
    return [array.tobytes() for array in arrays]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_signal_handler_amid_a_call_is_refused_rather_than_wrong(model: Model) -> None:
    x, y = helpers.examples(model, 400)
    known, said = model.predict(x), []
    expected = model.loss_and_gradients(x, y)[0]

    def handler(*_: Any) -> None:
        try:
            said.append(bool((model.predict(x[:3]) == known[:3]).all()))
        except BackendError as error:
            said.append(str(error))
        signal.setitimer(signal.ITIMER_REAL, 0.001)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    try:
        while len(said) < 20:
            assert (model.predict(x) == known).all()
            assert model.loss_and_gradients(x, y)[0] == expected
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert all(one is True or "in another call" in one for one in said)


# --- copies ---------------------------------------------------------------------------------------

COPIES: dict[str, Callable[[Model], Model]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_stands_where_the_model_does_and_goes_its_own_way(kind: str, model: Model) -> None:
    run(model)
    other = COPIES[kind](model)
    assert other.weights_sha256 == model.weights_sha256
    view = model.parameters["dense_1.kernel"]
    other.parameters["dense_1.kernel"] += 1.0
    assert (view != other.parameters["dense_1.kernel"]).all()
    other.parameters = model.parameters
    assert run(other)[-1].weights_sha256 == run(model)[-1].weights_sha256, "with all moments"


def test_a_model_in_training_can_be_copied_and_the_copy_trained(model: Model) -> None:
    known = run(copy.copy(model))
    for event in tuidl.train(model.preset, model):
        if isinstance(event, events.EpochEnded):
            other = copy.deepcopy(model)
            assert run(other)[-1].reason == "completed"
    assert model.weights_sha256 == known[-1].weights_sha256


def test_a_copy_has_the_models_dtype_batch_and_threads() -> None:
    model = tuidl.build(helpers.preset(NET, "training.batch_size=20"), dtype="float64", threads=2)
    other = pickle.loads(pickle.dumps(model))
    assert (other.engine.dtype, other.program.batch, other.engine.threads) == (np.float64, 20, 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("text", [NET, helpers.CONV])
def test_a_forked_process_answers_right_or_says_why(text: str, request: Any) -> None:
    if text is helpers.CONV:
        request.getfixturevalue("many_shards")
    model = helpers.model(text, threads=2)
    x, _ = helpers.examples(model, 40)
    known = model.predict(x)
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    child = context.Process(target=_predict_in_child, args=(model, x, known, said))
    child.start()
    answer = said.get(timeout=300)
    child.join(300)
    assert child.exitcode == 0
    is_serial = model.program.predict.shards == 1
    assert answer == "right" if is_serial else "start it with multiprocessing's 'spawn'" in answer


def _predict_in_child(model: Model, x: Any, known: Any, said: Any) -> None:
    try:
        said.put("right" if (model.predict(x) == known).all() else "wrong")
    except TuidlError as error:
        said.put(str(error))
