"""The commands that the README has a reader type first: the lines of its first block of shell.

    python3 readme.py README.md

Prints them as they stand.
"""

import re
import sys
from pathlib import Path


def commands(text: str) -> list[str]:
    """The lines of the first block, comments included. Raises ValueError where there is none."""
    block = re.search(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if block is None:
        raise ValueError("no block of shell commands")
    return block[1].splitlines()


def main() -> None:
    print("\n".join(commands(Path(sys.argv[1]).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
