"""Cases of recurrent layers, a step and all steps at once, and of the order of time."""

from itertools import product

import numpy as np

from tests.kernels.case import Arrays, Case
from tuidl.kernels.simd.packed_gemm import packed_size
from tuidl.kernels.simd.recurrent import PACK, START


def _tame(arrays: Arrays) -> None:
    """Recurrent weights under which errors do not grow from step to step."""
    for name in ("recurrent", "gate_weights", "weights"):
        if name in arrays:
            arrays[name] /= 2 * np.sqrt(len(arrays[name]))


def _gates(arrays: Arrays) -> None:
    """Gates z and r in (0, 1), candidates in (-1, 1), as the forward kernel leaves them."""
    _tame(arrays)
    gates = arrays["gates"]
    units = gates.shape[-1] // 3
    gates[..., : 2 * units] = 1 / (1 + np.exp(-gates[..., : 2 * units]))
    gates[..., 2 * units :] = np.tanh(gates[..., 2 * units :])


def _lstm_gates(arrays: Arrays) -> None:
    """Gates i, f and o in (0, 1), candidates in (-1, 1), as the forward kernel leaves them."""
    _tame(arrays)
    gates = arrays["gates"]
    units = gates.shape[-1] // 4
    candidates = np.tanh(gates[..., 2 * units : 3 * units])
    gates[:] = 1 / (1 + np.exp(-gates))
    gates[..., 2 * units : 3 * units] = candidates


def _rnn_states(arrays: Arrays) -> None:
    _tame(arrays)
    for name in ("states", "state"):
        if name in arrays:
            arrays[name][:] = np.tanh(arrays[name])


SEQUENCES = [(1, 1, 1), (3, 5, 4), (8, 32, 33), (0, 3, 2)]

CASES: list[Case] = []
for n, d in [(1, 1), (3, 40), (17, 70), (0, 33)]:
    for (part, parts), moment in product([(0, 1), (1, 2), (7, 16)], (START, PACK)):
        own = {"part": part, "parts": parts, "moment": moment}
        rnn, gru, lstm = (
            {"n": n, "d": d, "g": k * d, "m": packed_size(k * d, d)} for k in (1, 3, 4)
        )
        CASES += [
            Case("lstm_step", lstm, own, _tame, only=("before", "old", "gates", "state", "cell")),
            Case("lstm_step_gradient", lstm, own, _lstm_gates,
                 only=("gates", "carry", "cell_carry")),
            Case("gru_step", gru, own, _tame, only=("before", "gates", "state", "candidates")),
            Case("gru_step_gradient", gru, own, _gates, only=("gates", "d_recurrent", "carry")),
            Case("simple_rnn_step", rnn, own, _tame, only=("before", "state")),
            Case("simple_rnn_step_gradient", rnn, own, _rnn_states, only=("d_inputs", "carry")),
        ]  # fmt: skip

for n, t, d in SEQUENCES:
    for part, parts in [(0, 1), (1, 2), (7, 16)]:
        own = {"part": part, "parts": parts}
        CASES += [
            Case("swap_time_tile", {"n": n, "t": t, "k": d}, own),
            Case("last_step_gradient_tile", {"n": n, "t": t, "d": d}, own),
            Case("copy_tile", {"e": n * t * d}, own),
        ]
    sizes = {"n": n, "t": t, "u": t + 1, "d": d}
    rnn, gru, lstm = ({**sizes, "g": k * d, "m": packed_size(k * d, d)} for k in (1, 3, 4))
    before = {**gru, "b": 2 * d, "m": packed_size(2 * d, d), "z": packed_size(d, d)}
    CASES += [
        Case("gru_gradient", gru, fix=_gates, only=("gates", "d_recurrent")),
        Case("lstm_gradient", lstm, fix=_lstm_gates, only=("gates", "cell_carry")),
        Case("simple_rnn_gradient", rnn, fix=_rnn_states, only=("d_inputs",)),
        Case("gru_reset_before_gradient", before, fix=_gates,
             only=("gates", "d_gates", "d_candidates", "d_reset")),
        Case("reverse_time", {"n": n, "t": t, "k": d}),
        Case("insert_columns", {"n": n, "k": d, "f": 2 * d + t}, {"start": t}),
        Case("extract_columns", {"n": n, "k": d, "f": 2 * d + t}, {"start": t}),
        Case("swap_time", {"n": n, "t": t, "k": d}),
        Case("last_step_gradient", {"n": n, "t": t, "d": d}),
    ]  # fmt: skip
    for is_packed in (False, True):
        rnn, gru, lstm = (
            {**sizes, "g": k * d, "m": packed_size(d, k * d) if is_packed else 1} for k in (1, 3, 4)
        )
        before = {**gru, "b": 2 * d, "z": packed_size(d, d) if is_packed else 1}
        CASES += [
            Case("gru", gru, fix=_tame, only=("gates", "states", "candidates")),
            Case("lstm", lstm, fix=_tame, only=("gates", "states", "cells")),
            Case("simple_rnn", rnn, fix=_tame, only=("states",)),
            Case("gru_reset_before", before, fix=_tame, only=("gates", "states", "resets")),
        ]
