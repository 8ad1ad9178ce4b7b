"""The engine process, saving three times a second: run as a child by ``bench.edited``."""

from tuidl import worker
from tuidl.runs import keeper

if __name__ == "__main__":
    keeper.SECONDS_BETWEEN_SAVES = 0.3
    keeper.COST = 1.0
    worker.main()
