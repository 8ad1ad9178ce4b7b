"""Pixels of examples as a screen shows them: as they were before scaling, where that is known."""

import numpy as np
import pytest

from tuidl.inference.preprocessing import Preparation
from tuidl.judging.pictures import pictures_of

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3)).astype(np.uint8)
AS_GIVEN = Preparation(shape=(5, 4, 3), classes=(), answer="numbers")
SCALED = Preparation(
    shape=(5, 4, 3), classes=(), answer="numbers",
    input_shift=(0.5, 0.25, 0.0), input_width=(2.0, 0.5, 1.0),
)  # fmt: skip


@pytest.mark.parametrize("prepared", [AS_GIVEN, SCALED])
def test_pixels_come_back(prepared: Preparation) -> None:
    x = PIXELS / 255
    if prepared.input_shift:
        x = (x - np.array(prepared.input_shift)) / np.array(prepared.input_width)
    found = pictures_of(x.astype(np.float32), prepared)
    assert [(p.height, p.width, p.channels) for p in found] == [(5, 4, 3)] * 2
    for picture, pixels in zip(found, PIXELS, strict=True):
        assert np.frombuffer(picture.pixels, np.uint8).reshape(5, 4, 3).tolist() == pixels.tolist()


def test_other_ranges_are_stretched_and_what_is_no_picture_has_none() -> None:
    (picture,) = pictures_of(np.array([-3.0, 1.0]).reshape(1, 1, 2, 1), AS_GIVEN)
    assert picture.pixels == bytes([0, 255])
    for shape in ((2, 7), (2, 9, 3), (2, 4, 4, 5), (1, 200, 4, 1)):
        assert pictures_of(np.zeros(shape), AS_GIVEN) == ()
