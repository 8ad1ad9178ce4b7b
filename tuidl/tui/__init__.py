"""The playground: a Textual application and the charts that it shows."""

import os

os.environ.setdefault("ESCDELAY", "30")
# Milliseconds in which what follows an escape must come; Textual reads it once, when it is loaded.
