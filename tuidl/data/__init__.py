"""Examples to learn from: one file a source, all of them in the catalog."""

from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Examples, Source, Split
from tuidl.data.spec import ExampleSpec

__all__ = ["SOURCES", "ExampleSpec", "Examples", "Source", "Split"]
