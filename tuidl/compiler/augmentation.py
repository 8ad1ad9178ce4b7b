"""The instructions that change training examples a little before the network sees them."""

import zlib

from tuidl.data.augmentation import Augment
from tuidl.ir.buffers import Batch, Buffer, Region, Symbol, View, by_example
from tuidl.ir.instructions import Instruction, InstructionBuilder

FLIPS = {None: 0, "horizontal": 1, "vertical": 2, "both": 3}
"""Bits that the kernel reads."""
NODE = "augment"
NUMBERS, HALF = 2, 1 << 16
"""Places in a row of targets for the example's own number, which float32 could not hold: what is
left of a division by HALF, and how often it goes."""


def emit_augmentation(
    builder: InstructionBuilder, augment: Augment, x: View, targets: View, start: int
) -> View:
    """Write them; returns where the changed examples lie, as ``x``, which stays as it is.

    ``targets``: rows of which the example's own number is part, from ``start`` on.
    """
    if augment.moves:
        y = _like(x, "moved")
        options = {**_ways(augment), **_counters("moved", start)}
        builder.write(Instruction("augment_images", (x, targets, y), options, NODE))
        x = y
    if augment.noise:
        y = _like(x, "noisy")
        options = {"deviation": augment.noise, **_counters("noisy", start)}
        builder.write(
            Instruction("add_noise", (by_example(x), targets, by_example(y)), options, NODE)
        )
        x = y
    return x


def emit_moved_masks(
    builder: InstructionBuilder,
    augment: Augment,
    targets: Buffer,
    size: tuple[int, int],
    start: int,
) -> Buffer:
    """Move masks of this ``size`` (height, width), and weights of their pixels, as their pictures
    are; returns rows as those of ``targets``, which stay as they are."""
    moved = Buffer(f"{NODE}.masks", Region.WORKSPACE, targets.shape)
    height, width = size
    options = {
        "height": height, "width": width, **_ways(augment), **_counters("moved", start)
    }  # fmt: skip
    operands = (targets.view.rows, moved.view.rows)
    builder.write(Instruction("augment_masks", operands, options, NODE))
    return moved


def _ways(augment: Augment) -> dict[str, int | float | Symbol]:
    """How pixels come from other places."""
    return {"flip": FLIPS[augment.flip], "shift": augment.shift, "crop": augment.crop}


def _like(x: View, name: str) -> View:
    return Buffer(f"{NODE}.{name}", Region.WORKSPACE, (Batch(), *x.shape[1:])).view


def _counters(name: str, start: int) -> dict[str, int | float | Symbol]:
    """What its numbers are drawn by, besides the seed and the epoch."""
    return {"source": zlib.crc32(f"{NODE}.{name}".encode()), "column": start}
