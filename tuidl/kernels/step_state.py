"""The step state: the few numbers that change from step to step, for every kernel of a program.

A float64 vector (STEP_STATE_SIZE,); a kernel whose last parameter is ``step_state`` receives it.
"""

STEP = 0
"""Slot of the number of the current optimizer step, counted from 1."""

LEARNING_RATE = 1
"""Slot of the learning rate of the current step."""

SEED = 2
"""Slot of the training seed, which dropout masks are a function of."""

EPOCH = 3
"""Slot of the epoch, which augmentation is a function of."""

STEP_STATE_SIZE = 8
"""Slots: one cache line."""
