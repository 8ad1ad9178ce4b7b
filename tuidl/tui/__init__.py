"""The playground: a Textual application, its screens and what they show."""

import os

os.environ.setdefault("ESCDELAY", "30")
# Milliseconds in which what follows an escape must come; Textual reads it once, when it is loaded.
