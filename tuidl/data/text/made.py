"""Texts that need no download: Python's own documentation, and lines made by rule."""

from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.data.text.source import Separator, TextSource
from tuidl.data.text.wanted import Written

LineCount = Annotated[int, Meta(ge=10, le=1_000_000)]


class PythonHelp(TextSource, frozen=True, kw_only=True, tag="python_help"):
    """The topics of Python's ``help()``, excerpts of the language reference: about half a million
    characters of English and code that come with every Python (PSF licence). They differ a little
    from one version of Python to the next, and so do runs."""

    def written(self) -> Written:
        try:
            from pydoc_data.topics import topics
        except ImportError:
            problem = "this Python has no help topics (the module pydoc_data)"
            raise DataError(f"data: {problem}: use source = 'text' and a file") from None
        text = "\n\n".join(topics[name].strip() for name in sorted(topics))
        return Written("python_help", text + "\n")


class Dates(TextSource, frozen=True, kw_only=True, tag="dates"):
    """Dates as people write them, and in numbers: ``may 3, 1997 = 1997-05-03``.

    ``lines``: how many different ones, drawn from ``seed``: days of 1950 to 2049, written in eight
    ways.
    """

    lines: LineCount = 12_000
    examples: Literal["windows", "lines"] = "lines"
    answer_after: Separator | None = " = "

    def written(self) -> Written:
        from tuidl.data.text.rules import dated_lines

        return Written("dates", "\n".join(dated_lines(self.lines, self.seed)))


class ReversedWords(TextSource, frozen=True, kw_only=True, tag="reversed_words"):
    """Words made of syllables by chance, and the same backwards: ``tomiba = abimot``."""

    lines: LineCount = 12_000
    examples: Literal["windows", "lines"] = "lines"
    answer_after: Separator | None = " = "

    def written(self) -> Written:
        from tuidl.data.text.rules import reversed_lines

        return Written("reversed_words", "\n".join(reversed_lines(self.lines, self.seed)))
