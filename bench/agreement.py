"""Whether a case has the same weights, bit for bit, after some steps on any number of threads."""

from typing import Any

from bench.cases import Case
from bench.measure import feed_of
from bench.steps import losses_of
from tuidl.model.model import Model
from tuidl.training.profiling import batch_of

THREADS = (1, 2, 3, 4, 7)
"""More than there are cores, too."""
STEPS = 4


def look(case: Case, work: dict[str, Any], threads: tuple[int, ...] = THREADS) -> dict[str, Any]:
    """The SHA-256 of the weights by number of threads, and whether all are one."""
    hashes = {number: _hash(case, work, number) for number in threads}
    return {"same": len(set(hashes.values())) == 1, "weights_sha256": hashes}


def _hash(case: Case, work: dict[str, Any], threads: int) -> str:
    preset = case.load()
    model = Model(preset, batch=batch_of(preset), threads=threads)
    model.require_prepared()
    losses_of(model, feed_of(model, work), STEPS)
    return model.weights_sha256
