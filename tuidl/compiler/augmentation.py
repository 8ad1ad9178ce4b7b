"""The instructions that change training examples a little before the network sees them."""

import zlib
from math import prod

from tuidl.data.augmentation import Augment
from tuidl.ir.buffers import Batch, Buffer, Region, Symbol, View
from tuidl.ir.instructions import Instruction, InstructionBuilder

FLIPS = {None: 0, "horizontal": 1, "vertical": 2, "both": 3}
"""Bits that the kernel reads."""
NODE = "augment"


def emit_augmentation(
    builder: InstructionBuilder, augment: Augment, x: View, shape: tuple[int, ...]
) -> View:
    """Write them; returns where the changed examples (batch, *shape) lie. ``x`` stays as it is."""
    if augment.moves:
        y = _like(x, "moved")
        options = {
            "flip": FLIPS[augment.flip],
            "shift": augment.shift,
            "crop": augment.crop,
            **_counters("moved"),
        }
        builder.write(Instruction("augment_images", (x, y), options, NODE))
        x = y
    if augment.noise:
        y = _like(x, "noisy")
        options = {"deviation": augment.noise, **_counters("noisy"), "width": prod(shape)}
        builder.write(Instruction("add_noise", (x.flat, y.flat), options, NODE))
        x = y
    return x


def _like(x: View, name: str) -> View:
    return Buffer(f"{NODE}.{name}", Region.WORKSPACE, (Batch(), *x.shape[1:])).view


def _counters(name: str) -> dict[str, int | float | Symbol]:
    """What its numbers are drawn by, besides the seed and the step."""
    return {"source": zlib.crc32(f"{NODE}.{name}".encode()), "first": Symbol.FIRST_EXAMPLE}
