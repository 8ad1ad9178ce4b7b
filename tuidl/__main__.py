"""``python -m tuidl``."""

from tuidl.cli import main

main()
