"""The rules of the health view stand in the documentation as the screen says them."""

from pathlib import Path

from tests.tui import answers
from tuidl.verdicts.health import readings

DOCUMENT = Path(__file__).parents[2] / "docs" / "verdicts.md"


def test_the_document_has_each_measurement_with_its_rule() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for reading in readings(answers.health()):
        assert f"| **{reading.name}** | {reading.rule} |" in text
