"""A kernel's operands in an arena of their own, for whoever runs it."""

import math
from collections.abc import Callable

import numpy as np

from tests.kernels.case import Case
from tuidl.backends.numpy import ORACLES
from tuidl.kernels import KERNELS
from tuidl.kernels.simd.intrinsics import call_kernel
from tuidl.kernels.step_state import STEP_STATE_SIZE

GUARD = 16
CANARY = 12345.0
TOLERANCE = {"float32": {"rtol": 2e-5, "atol": 2e-5}, "float64": {"rtol": 1e-11, "atol": 1e-11}}


class Bench:
    """A kernel's operands in one arena, with canaries between them."""

    def __init__(self, case: Case, dtype: str) -> None:
        kernel = KERNELS[case.kernel]
        self.signature = kernel.signature
        random = np.random.default_rng(len(str(case)))
        shapes = [tuple(case.sizes[x] for x in o.letters) for o in self.signature.operands]
        arrays = {
            operand.name: random.standard_normal(shape)
            for operand, shape in zip(self.signature.operands, shapes, strict=True)
        }
        if case.fix:
            case.fix(arrays)
        offsets, end = [], GUARD
        for shape in shapes:
            offsets.append(end)
            end += math.prod(shape) + GUARD
        self.arena = np.full(end, CANARY, dtype)
        for offset, values in zip(offsets, arrays.values(), strict=True):
            self.arena[offset : offset + values.size] = values.reshape(-1)
        self.spans = dict(zip(arrays, zip(offsets, shapes, strict=True), strict=True))
        sizes = self.signature.bind(shapes)
        self.row = np.array(
            self.signature.encode(kernel.opcode, offsets, sizes, case.options), np.int64
        )
        self.step_state = np.zeros(STEP_STATE_SIZE)
        self.step_state[:2] = case.step_state

    def views(self, arena: np.ndarray) -> dict[str, np.ndarray]:
        return {
            name: arena[offset : offset + math.prod(shape)].reshape(shape)
            for name, (offset, shape) in self.spans.items()
        }

    def by_oracle(self, case: Case) -> np.ndarray:
        return self._by(ORACLES[case.kernel], case)

    def by_python(self, case: Case) -> np.ndarray:
        """By the kernel, uncompiled."""
        return self._by(KERNELS[case.kernel].function, case)

    def _by(self, function: Callable[..., None], case: Case) -> np.ndarray:
        arena = self.arena.copy()
        extra = (self.step_state,) if self.signature.uses_step_state else ()
        options = [case.options[o.name] for o in self.signature.options]
        with np.errstate(all="ignore"):
            function(*self.views(arena).values(), *options, *extra)
        return arena

    def by_kernel(self, case: Case) -> np.ndarray:
        arena = self.arena.copy()
        address, _ = KERNELS[case.kernel].compile(arena.dtype)
        call_kernel(address, self.row, arena, self.step_state)
        return arena

    def compare(self, case: Case, actual: np.ndarray) -> None:
        """Raises AssertionError where an arena is not what the oracle makes of it."""
        expected = self.by_oracle(case)
        for operand in self.signature.operands:
            compare = operand.written and (case.only is None or operand.name in case.only)
            if compare or not operand.written:
                np.testing.assert_allclose(
                    self.views(actual)[operand.name],
                    self.views(expected)[operand.name],
                    **TOLERANCE[actual.dtype.name],
                    err_msg=operand.name,
                )
        inside = np.zeros(len(actual), bool)
        for offset, shape in self.spans.values():
            inside[offset : offset + math.prod(shape)] = True
        assert (actual[~inside] == CANARY).all(), "wrote outside its operands"
