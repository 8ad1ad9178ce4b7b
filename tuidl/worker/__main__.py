"""``python -m tuidl.worker``: the engine process."""

from tuidl.worker.process import main

if __name__ == "__main__":
    main()
