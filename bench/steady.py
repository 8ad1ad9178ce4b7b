"""Whether a step takes as long at the end of a long training as at its start.

Gradients that fade, and moments of rows that are seldom seen, become subnormal numbers, which
processors compute with many times more slowly.
"""

import time
from typing import Any

from bench.cases import Case
from bench.measure import feed_of
from bench.steps import losses_of
from tuidl.model.model import Model
from tuidl.training.profiling import batch_of

STEPS, CHUNK = 5_000, 100
MOST_SECONDS = 120.0
RATE = 1e-3


def look(
    case: Case, work: dict[str, Any], steps: int = STEPS, chunk: int = CHUNK
) -> dict[str, Any]:
    """Microseconds of processor time a step, in the first hundred steps that are warm and in the
    last hundred. ``steps``: fewer where they would take more than MOST_SECONDS."""
    preset = case.load()
    model = Model(preset, batch=batch_of(preset), threads=1)
    model.require_prepared()
    feed = feed_of(model, work)
    losses_of(model, feed, chunk, RATE)
    done, times, started = chunk, [], time.process_time()
    while done < steps and time.process_time() - started < MOST_SECONDS:
        before = time.process_time()
        losses_of(model, feed, chunk, RATE)
        times.append((time.process_time() - before) / chunk * 1e6)
        done += chunk
    return {"steps": done, "first": min(times[:3]), "last": min(times[-3:])}
