"""The engine process, saving three times a second: run as a child by ``bench.edited``."""

from tuidl.runs import recorder
from tuidl.worker import process

if __name__ == "__main__":
    recorder.SECONDS_BETWEEN_SAVES = 0.3
    recorder.COST = 1.0
    process.main()
