"""Set up the process as the command line does, before NumPy and Numba are loaded."""

from tuidl.environment import prepare_environment

MOST_THREADS = 4
prepare_environment(MOST_THREADS)
