"""The few numbers that change from step to step, shared by every kernel of a program."""

STEP = 0
"""Slot of the number of the current optimizer step, counted from 1."""

LEARNING_RATE = 1
"""Slot of the learning rate of the current step."""

SEED = 2
"""Slot of the training seed, which dropout's masks follow from."""

CLOCK_SIZE = 8
"""float64 slots of the clock: one cache line."""
