"""``python -m tuidl.sweeps [--allow-plugins]``: a worker process of a sweep."""

import sys

from tuidl.plugins.permission import FLAG, allow
from tuidl.sweeps.worker import main

if __name__ == "__main__":
    if FLAG in sys.argv[1:]:
        allow()
    main()
