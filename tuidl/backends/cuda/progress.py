"""Where a chunk of steps stands: int64 numbers in the GPU's memory."""

DONE = 0
"""Steps of the chunk that are done."""
GOING = 1
"""0 once nothing more is to be done: the chunk is over, or a loss is not finite."""
FAILED = 2
"""1 once a loss is not finite and its update was left out."""
START = 3
"""Steps of this epoch that were done before the chunk."""
STEPS = 4
"""Steps to do."""
BATCH = 5
"""Examples of a whole batch."""
EXAMPLES = 6
"""Examples of the whole epoch."""
UPDATES = 7
"""Whether an update follows once loss and gradients are known."""

PROGRESS_SIZE = 8
