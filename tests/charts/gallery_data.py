"""Made-up data for the gallery of charts."""

import math
import random

from tuidl.charts.network_paths import LayerBox
from tuidl.protocol.history import Series


def decay(n: int, start: float, end: float, noise: float, seed: int) -> Series:
    chance, made = random.Random(seed), Series()
    for i in range(1, n + 1):
        value = end + (start - end) * math.exp(-4 * i / n)
        made.add(i, value * math.exp(noise * chance.gauss(0, 1)))
    return made


def rising(n: int, end: float, noise: float, seed: int) -> Series:
    chance, made = random.Random(seed), Series()
    for i in range(1, n + 1):
        made.add(i, end * (1 - 0.9 * math.exp(-6 * i / n)) + noise * chance.gauss(0, 1))
    return made


def digit(seed: int, blur: float = 0.0) -> list[list[float]]:
    """A ring or a stroke that passes for a handwritten digit."""
    chance = random.Random(seed)
    size, tall, wide = 28, chance.uniform(7, 10), chance.uniform(3, 7)
    made = []
    for y in range(size):
        row = []
        for x in range(size):
            far = math.hypot((x - 14) / wide, (y - 14) / tall)
            row.append(max(0.0, 1 - abs(far - 1) * (3 + blur)) + chance.uniform(0, 0.06))
        made.append([min(v, 1.0) for v in row])
    return made


def bell(center: float, spread: float, total: float = 6000) -> list[float]:
    return [total * math.exp(-(((i - center) / spread) ** 2)) for i in range(64)]


def counted(size: int) -> list[list[int]]:
    chance = random.Random(7)
    made = [
        [int(chance.random() < 2.5 / size) * chance.randint(1, 6) for _ in range(size)]
        for _ in range(size)
    ]
    for i in range(size):
        made[i][i] = chance.randint(80, 110)
    made[4][9 % size] = 14
    return made


LAYERS = [
    LayerBox("examples", "input", "28×28×1"),
    LayerBox("conv2d_1", "conv 32 3×3", "26×26×32", 320, (), "relu"),
    LayerBox("max_pool2d_1", "pool 2", "13×13×32"),
    LayerBox("conv2d_2", "conv 64 3×3", "11×11×64", 18_496, (), "relu"),
    LayerBox("max_pool2d_2", "pool 2", "5×5×64"),
    LayerBox("flatten_1", "flatten", "1600"),
    LayerBox("dense_1", "dense 64", "64", 102_464, (), "relu"),
    LayerBox("dense_2", "dense 64", "64", 4_160, (), "relu"),
    LayerBox("add_1", "add", "64", 0, ("dense_1", "dense_2")),
    LayerBox("dense_3", "dense 10", "10", 650, ("add_1", "flatten_1"), "softmax"),
]
