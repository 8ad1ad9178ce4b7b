"""Checks of worked examples: optimizers, schedules."""

import numpy as np

from tests.glossary.worked import Numbers, agree, array, updates, worked
from tuidl.backends.numpy import ORACLES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.nn.schedules import Constant, Cosine, Exponential, ReduceOnPlateau, Schedule, Step
from tuidl.training.learning_rate import LearningRate

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}
RMSPROP = {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": 0}

# --- optimizers -----------------------------------------------------------------------------------


@worked
def sgd(n: Numbers) -> None:
    w, g, rate, moved = n
    agree([moved], updates("sgd", w, g, rate, 1)[1])


@worked
def optimizer(n: Numbers) -> None:
    g, rate, by_sgd, by_adam, by_rmsprop = n
    agree([by_sgd], -updates("sgd", 0, g, rate, 1)[1])
    agree([by_adam], -updates("adam", 0, g, rate, 1, (0, 0), **ADAM)[1])
    agree([by_rmsprop], -updates("rmsprop", 0, g, rate, 1, (0, 0, 0), **RMSPROP)[1])


@worked
def momentum(n: Numbers) -> None:
    beta, rate, g, *steps = n
    path = updates("sgd_momentum", 0, g, rate, 200, (0,), momentum=beta, nesterov=0)
    agree(steps, np.diff(path)[[0, 1, 2, -1]])


@worked
def nesterov(n: Numbers) -> None:
    beta, rate, g, ahead, plain = n
    for told, choice in ((ahead, 1), (plain, 0)):
        path = updates("sgd_momentum", 0, g, rate, 1, (0,), momentum=beta, nesterov=choice)
        agree([told], path[1])


@worked
def adam(n: Numbers) -> None:
    g, rate, m, v, m_corrected, v_corrected, step = n
    beta_1, beta_2 = ADAM["beta_1"], ADAM["beta_2"]
    agree([m, v], [(1 - beta_1) * g, (1 - beta_2) * g**2])
    agree([m_corrected, v_corrected], [m / (1 - beta_1), v / (1 - beta_2)])
    for gradient in (g, 100.0, 0.001):
        agree([step], updates("adam", 0, gradient, rate, 1, (0, 0), **ADAM)[1])


@worked
def adamw(n: Numbers) -> None:
    w, g, rate, decay, by_adam, by_decay, left = n
    assert decay == OPTIMIZERS["adamw"]().weight_decay
    agree([by_adam], w - updates("adam", w, g, rate, 1, (0, 0), **ADAM)[1])
    agree([by_decay], rate * decay * w)
    options = {**ADAM, "weight_decay": decay}
    agree([left], updates("adam", w, g, rate, 1, (0, 0), **options)[1])


@worked
def weight_decay(n: Numbers) -> None:
    rate, decay, share, left, steps = n
    agree([share], 1 - rate * decay)
    path = updates("adam", 1, 0, rate, int(steps), (0, 0), **{**ADAM, "weight_decay": decay})
    agree([left], path[-1])


@worked
def rmsprop(n: Numbers) -> None:
    g, rho, rate, v, step = n
    assert rho == OPTIMIZERS["rmsprop"]().rho
    agree([v], (1 - rho) * g**2)
    agree([step], updates("rmsprop", 0, g, rate, 1, (0, 0, 0), **RMSPROP)[1])


@worked
def adagrad(n: Numbers) -> None:
    rate, g, *steps = n
    first = OPTIMIZERS["adagrad"]().state()["accumulator"]
    agree(steps, -np.diff(updates("adagrad", 0, g, rate, 3, (first,), epsilon=1e-7)))


@worked
def gradient_clipping(n: Numbers) -> None:
    g, length, norm, value = np.array([n[:2]]), n[2], n[3], n[6]
    span = {"start": 0, "stop": 2}
    agree([length], np.linalg.norm(g))
    for limit, told in ((0.0, n[4:6]), (value, n[7:])):
        squares, clipped = np.zeros(1), g.copy()
        ORACLES["sum_shards"](clipped, squares, **span, lane=0, limit=limit)
        if not limit:
            ORACLES["clip_norm"](squares, clipped[0], **span, lanes=1, limit=norm)
        agree(told, clipped)


# --- schedules ------------------------------------------------------------------------------------


def rate_in(
    schedule: Schedule, base: float, epoch: float, epochs: int = 100, end: bool = False
) -> float:
    """The rate of the first step of an epoch, counted from 1, or of its last one."""
    optimizer = OPTIMIZERS["sgd"](learning_rate=base, schedule=schedule)
    rates = LearningRate(optimizer, epochs, steps=100)
    return float(rates.of(int(epoch), 99 if end else 0, 1)[0])


def factor_after(schedule: Schedule, since: float, epochs: float) -> float:
    return float(schedule.factors(array(since), int(epochs), 0.0)[0])


@worked
def schedule(n: Numbers) -> None:
    rate, factor, product = n
    agree([product], rate_in(Step(every=1, multiplier=factor), rate, 2))


@worked
def constant_schedule(n: Numbers) -> None:
    rate, first, epoch, later, later_epoch = n
    agree([first, later], [rate_in(Constant(), rate, e) for e in (epoch, later_epoch)])


@worked
def step_schedule(n: Numbers) -> None:
    rate, multiplier, every, first, last_of_first, second, last_of_second, third = n
    known = Step(every=int(every), multiplier=multiplier)
    for told, epoch in ((first, last_of_first), (second, last_of_second)):
        agree([told], rate_in(known, rate, epoch))
        assert rate_in(known, rate, epoch + 1) < told
    agree([third], rate_in(known, rate, last_of_second + 1))


@worked
def exponential_schedule(n: Numbers) -> None:
    multiplier, *told = n
    known = Exponential(multiplier=multiplier)
    agree(told[0::2], [factor_after(known, epochs, 100) for epochs in told[1::2]])


@worked
def cosine_schedule(n: Numbers) -> None:
    epochs, first, *told = n
    agree([first], factor_after(Cosine(), 0, epochs))
    agree(told[0::2], [factor_after(Cosine(), since, epochs) for since in told[1::2]])


@worked
def reduce_on_plateau(n: Numbers) -> None:
    rate, multiplier, patience, best, lowered_in, lowered = n
    known = ReduceOnPlateau(multiplier=multiplier, patience=int(patience))
    rates = LearningRate(OPTIMIZERS["sgd"](learning_rate=rate, schedule=known), epochs=10, steps=1)
    for epoch in range(1, int(lowered_in)):
        agree([rate], rates.of(epoch, 0, 1))
        rates.epoch_ended({"loss": 1.0 if epoch == best else 2.0})
    agree([lowered], rates.of(int(lowered_in), 0, 1))


@worked
def warmup(n: Numbers) -> None:
    rate, epochs, *told = n
    known = Constant(warmup_epochs=epochs)
    agree(told[0::2], [rate_in(known, rate, epoch, end=True) for epoch in told[1::2]])
