"""``python -m tuidl``, and the program ``tuidl``."""

from tuidl.core.isolation import isolate


def main() -> object:
    """Isolate the process from the current folder before anything else is imported."""
    isolate()
    from tuidl.cli import main

    return main()


if __name__ == "__main__":
    main()
