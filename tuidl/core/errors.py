"""What can go wrong by the user's hand. The command line prints the message and exits with 2."""

from collections.abc import Iterable
from difflib import get_close_matches

from tuidl.core.printable import printable, shortened


class TuidlError(Exception):
    """Base of every error whose message is meant for the person at the keyboard.

    The message is one printable line of bounded length, whatever names and values are in it.
    ``advice``: what to do about it, a line each, below.
    """

    def __init__(self, message: str, *advice: str) -> None:
        lines = [message, *(f"  {line}" for line in advice)]
        super().__init__("\n".join(printable(shortened(line)) for line in lines))


class PresetError(TuidlError):
    """A preset that cannot be trained: ``source: key: what was expected``."""

    def __init__(self, key: str, problem: str, source: str = "") -> None:
        self.key, self.problem, self.source = key, problem, source
        super().__init__(": ".join(part for part in (source, key, problem) if part))

    def within(self, source: str) -> "PresetError":
        """The same error, said of the file ``source``."""
        return PresetError(self.key, self.problem, self.source or source)


class DataError(TuidlError):
    """Examples that cannot be had or cannot be used."""


class BackendError(TuidlError):
    """A backend that cannot run here, or not this program."""


class RunError(TuidlError):
    """A saved run that cannot be found, read or gone on with."""


class SaveError(TuidlError):
    """A run that can no longer be written down: disk full, no permission, folder gone."""


class GlossaryError(TuidlError):
    """A name that the glossary does not know."""


OUT_OF_MEMORY = "out of memory"


def out_of_memory(error: MemoryError) -> str:
    """What to say of it, on one line: what was asked for, where that is known."""
    asked = str(error).partition("\n")[0]
    return (
        f"{OUT_OF_MEMORY}{f' ({asked})' if asked else ''}; smaller layers, a smaller "
        "training.batch_size or fewer examples need less"
    )


def is_of_memory(said: str) -> bool:
    """Whether that is what ``out_of_memory`` says."""
    return said.startswith(OUT_OF_MEMORY)


def guess(wrong: str, valid: Iterable[str]) -> str:
    """``; did you mean 'x'?``; nothing if none is near. Initials name what they begin: ``lr``."""
    names = sorted(valid)
    near = get_close_matches(wrong, names, n=1, cutoff=0.5) or _of_initials(wrong, names)
    return f"; did you mean {near[0]!r}?" if near else ""


def _of_initials(wrong: str, names: Iterable[str]) -> list[str]:
    """The only name of several words that begin with these letters."""
    found = [name for name in names if "".join(word[:1] for word in name.split("_")) == wrong]
    return found if len(wrong) > 1 and len(found) == 1 else []


def suggestion(wrong: str, valid: Iterable[str]) -> str:
    """``; did you mean 'x'? (valid: a, b, x)``: the end of a message; no guess if none is near."""
    names = sorted(valid)
    return f"{guess(wrong, names)} (valid: {', '.join(names)})" if names else ""
