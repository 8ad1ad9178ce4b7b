"""``python -m tuidl``, and the program ``tuidl``."""

INTERRUPTED = 130


def main() -> object:
    """Isolate the process from the current folder before anything else is imported."""
    try:
        from tuidl.core.isolation import isolate

        isolate()
        from tuidl.cli import main
    except KeyboardInterrupt:  # imports take a while on a busy machine
        raise SystemExit(INTERRUPTED) from None
    return main()


if __name__ == "__main__":
    main()
