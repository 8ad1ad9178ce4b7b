"""``python -m tuidl.worker [--allow-plugins]``: the engine process."""

import sys

from tuidl.plugins.permission import FLAG, allow
from tuidl.worker.process import main

if __name__ == "__main__":
    if FLAG in sys.argv[1:]:
        allow()
    main()
