"""The node cases that ONNX tests its backends with, on tuidl.

Every case that does not run is on the frozen list ``onnx_skips.toml`` with its reason; a case that
is skipped without being there, for another reason, or not skipped although it is there, fails.
"""

import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import SkipTest, TestCase

from tests.judges.packages import require

require("onnx")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its cases divide by zero and overflow on purpose
    from tests.judges.onnx_backend import OPERATORS, SelectedTests

    SELECTED = SelectedTests()

RUN, SKIPPED = 222, 224
REASONS = tomllib.loads((Path(__file__).parent / "onnx_skips.toml").read_text())
SKIPS = {name: reason for reason, names in REASONS.items() for name in names}


def _judged(name: str, function: Callable[[Any], None]) -> Callable[[Any], None]:
    expected = SKIPS.get(name)

    def test(self: TestCase) -> None:
        skipped = None
        try:
            function(self)
        except SkipTest as skip:
            skipped = str(skip)
        assert skipped == expected, f"skipped for: {skipped}; on the list: {expected}"
        if skipped:
            self.skipTest(skipped)

    return test


def _cases() -> type[TestCase]:
    tests = {
        name: _judged(name.removesuffix("_cpu"), function)
        for case in SELECTED.test_cases.values()
        for name, function in vars(case).items()
        if name.startswith("test_")
    }
    return type("TestOnnxNodes", (TestCase,), tests)


TestOnnxNodes = _cases()


def test_no_case_was_lost_or_skipped_in_silence() -> None:
    assert set(SKIPS) <= set(SELECTED.models)
    assert set(SELECTED.models.values()) == set(OPERATORS)
    assert len(SKIPS) == sum(map(len, REASONS.values()))
    assert (len(SELECTED.models) - len(SKIPS), len(SKIPS)) == (RUN, SKIPPED)
