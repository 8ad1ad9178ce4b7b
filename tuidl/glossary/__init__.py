"""The glossary: every concept of the playground in plain words, with formula and worked example.

    concept("conv2d").short
    for entry in concepts(): ...

The entries are TOML files in ``topics/``. Loads nothing heavy.
"""

from tuidl.glossary.contents import concept, concepts
from tuidl.glossary.records import Concept, Formula

__all__ = ["Concept", "Formula", "concept", "concepts"]
