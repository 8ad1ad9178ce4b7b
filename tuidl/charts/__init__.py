"""Charts: pure functions from data to cells.

Each returns exactly ``height`` lines of exactly ``width`` cells (``rich.text.Text``), whatever the
data are. None of them knows Textual or the engine; all colours come from a ``Palette``, and every
chart has a form that needs only ASCII and one that needs no colour.
"""
