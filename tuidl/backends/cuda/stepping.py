"""What frames the instructions of a step on the GPU: begin it, gather its examples, collect its
loss. Every strategy uses these."""

import math

from numba import cuda, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.progress import BATCH, DONE, EXAMPLES, FAILED, GOING, START, STEPS, UPDATES
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.loop import EXAMPLES as LANE_EXAMPLES
from tuidl.kernels.loop import FIRST, INPUTS, STATISTICS, TARGETS
from tuidl.kernels.step_state import LEARNING_RATE, STEP


@device
def position_of(step, progress):
    """Where the examples of a step begin in the epoch's order."""
    return (progress[START] + step) * progress[BATCH]


@device
def count_of(step, progress):
    """The examples of a step's batch: fewer in the last one of an epoch."""
    return min(progress[BATCH], progress[EXAMPLES] - position_of(step, progress))


@device
def begin_step(progress, step_state, rates):
    """Advance the step state to the next step, unless the chunk is over; called by one thread."""
    if progress[GOING] != 0:
        if progress[DONE] >= progress[STEPS]:
            progress[GOING] = 0
        else:
            step_state[STEP] += 1.0
            step_state[LEARNING_RATE] = rates[progress[DONE]]


@device
def gather(lane, lanes, position, arena, x, y, order, block_group):
    """Copy a lane's examples to where its instructions read them; all threads of a group."""
    _gather_part(lanes[INPUTS, lane], lane, lanes, position, arena, x, order, block_group)
    _gather_part(lanes[TARGETS, lane], lane, lanes, position, arena, y, order, block_group)


@device
def _gather_part(to, lane, lanes, position, arena, values, order, block_group):
    width, first = values.shape[1], position + lanes[FIRST, lane]
    for i in range(start(block_group), lanes[LANE_EXAMPLES, lane] * width, stride(block_group)):
        arena[to + i] = values[order[first + i // width], i % width]


@device
def collect(lanes, count, arena, totals, losses, progress, step_state):
    """One block of all: the lanes' statistics, added in their order, and the mean loss. Lanes
    without examples have none."""
    for j in range(cuda.threadIdx.x, totals.shape[0], THREADS):
        for lane in range(lanes.shape[1]):
            if lanes[LANE_EXAMPLES, lane] == 0:
                continue
            totals[j] += float64(arena[lanes[STATISTICS, lane] + j])
    if cuda.threadIdx.x == 0:
        loss = float64(0)
        if totals.shape[0] > 0:
            for lane in range(lanes.shape[1]):
                if lanes[LANE_EXAMPLES, lane] == 0:
                    continue
                loss += float64(arena[lanes[STATISTICS, lane]])
        loss /= count
        losses[progress[DONE]] = loss
        if progress[UPDATES] != 0 and not math.isfinite(loss):
            progress[FAILED] = 1
            progress[GOING] = 0
            step_state[STEP] -= 1.0
        else:
            progress[DONE] += 1
