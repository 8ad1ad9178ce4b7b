"""The way to the terminal, when there is none any more."""

import io

from textual.drivers._writer_thread import WriterThread

from tuidl.tui.terminal.driver import Lasting

MORE_THAN_WAIT = 100


class Gone(io.StringIO):
    """Takes three writes, then its terminal is closed."""

    taken = 0

    def write(self, text: str) -> int:
        self.taken += 1
        if self.taken > 3:
            raise OSError(5, "Input/output error")
        return super().write(text)

    def flush(self) -> None:
        if self.taken > 3:
            raise OSError(5, "Input/output error")


def test_writing_goes_on_when_the_terminal_is_gone() -> None:
    file = Gone()
    writer = WriterThread(Lasting(file))  # type: ignore[arg-type]
    writer.start()
    for _ in range(MORE_THAN_WAIT):
        writer.write("x")  # would wait for ever where the thread had ended
    writer.stop()
    assert not writer.is_alive()
    assert file.getvalue() == "xxx"
    assert file.taken == MORE_THAN_WAIT


def test_all_else_is_the_file_itself() -> None:
    file = io.StringIO()
    lasting = Lasting(file)
    lasting.write("a")
    lasting.flush()
    assert lasting.getvalue() == "a"
    file.close()
    lasting.write("b")
    assert lasting.closed
