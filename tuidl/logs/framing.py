"""TFRecord: records with their lengths, both with checksums, one after the other.

length   8 bytes, little-endian
checksum 4 bytes, of the length
data     as many bytes as the length says
checksum 4 bytes, of the data
"""

from collections.abc import Iterator

from tuidl.core.errors import RunError
from tuidl.logs.crc32c import masked

HEAD, FOOT = 12, 4
LONGEST = 1 << 24
"""Bytes of a record that is read; longer ones are pictures and graphs, and passed over."""
LONGEST_MESSAGE = 1 << 31
"""Bytes that a protocol buffer cannot have."""


def is_head(head: bytes) -> bool:
    """Whether a file that begins so is one of records."""
    return len(head) >= HEAD and int.from_bytes(head[8:HEAD], "little") == masked(head[:8])


class Records:
    """Cuts a growing file into records; the rest waits. ``file`` is named in errors."""

    def __init__(self, file: str) -> None:
        self._file, self._at, self._skip = file, 0, 0
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes | None]]:
        """Where each record that ``data`` completes begins in the file, and its bytes; None for
        one that is too long, as soon as its length is known.

        Raises RunError, with file and byte, where a checksum or a length is wrong.
        """
        self._rest += data
        while True:
            self._pass_over()
            if self._skip or len(self._rest) < HEAD:
                return
            length = self._length()
            if length > LONGEST:
                yield self._at, None
                self._skip = HEAD + length + FOOT
                continue
            if len(self._rest) < HEAD + length + FOOT:
                return
            yield self._at, self._record(length)
            self._take(HEAD + length + FOOT)

    @property
    def waiting(self) -> int:
        """Bytes of a record that is not whole yet."""
        return len(self._rest)

    def _take(self, count: int) -> None:
        del self._rest[:count]
        self._at += count

    def _pass_over(self) -> None:
        count = min(self._skip, len(self._rest))
        self._take(count)
        self._skip -= count

    def _length(self) -> int:
        if not is_head(bytes(self._rest[:HEAD])):
            raise self.damage("the checksum of a record's length is wrong")
        length = int.from_bytes(self._rest[:8], "little")
        if length >= LONGEST_MESSAGE:
            raise self.damage(f"a record of {length:,} bytes; an event has less than 2 GiB")
        return length

    def _record(self, length: int) -> bytes:
        data = bytes(self._rest[HEAD : HEAD + length])
        if int.from_bytes(self._rest[HEAD + length : HEAD + length + FOOT], "little") != masked(
            data
        ):
            raise self.damage("the checksum of a record is wrong")
        return data

    def damage(self, problem: str, at: int | None = None) -> RunError:
        """An error that says where in the file; ``at``: elsewhere than this record's beginning."""
        place = self._at if at is None else at
        return RunError(f"{self._file}: byte {place:,}: {problem}; the file is damaged")
