"""The few numbers by which the GPU keeps track of a stretch of steps: int64, in its memory."""

DONE = 0
"""Steps of the stretch that are done."""

GOING = 1
"""0 once the stretch is to end: stopped, done, or a loss that is not finite."""

PROGRESS_SIZE = 8
