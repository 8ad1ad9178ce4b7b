"""Bytes as they come in, cut into lines of bounded length."""

from collections.abc import Iterator

from tuidl.protocol import events

LONGEST_LINE = events.LONGEST_KEPT


class Lines:
    """Whole lines of a growing text; the rest waits. Lines that are too long are passed over and
    counted in ``refused``."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._rest = b""
        self._is_skipping = False
        self.refused = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that ``data`` completes, without their ends."""
        *whole, last = data.split(b"\n")
        for line in whole:
            line = self._rest + line
            self._rest = b""
            if self._is_skipping:
                self._is_skipping = False
            elif len(line) > self._longest:
                self.refused += 1
            else:
                yield line
        if self._is_skipping:
            return
        self._rest += last
        if len(self._rest) > self._longest:
            self.refused += 1
            self._is_skipping, self._rest = True, b""

    @property
    def rest(self) -> bytes:
        """What is there of a line that has no end yet."""
        return self._rest

    def take_rest(self) -> bytes:
        """The last line, which has no end and will get none."""
        rest, self._rest = self._rest, b""
        return rest
