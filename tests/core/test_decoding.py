"""JSON of others as records."""

import json
import re

import msgspec
import pytest

from tests.hostile import HOSTILE, raw
from tuidl.core.decoding import decoded
from tuidl.core.errors import DataError, PresetError
from tuidl.protocol import events

HALF = re.compile("[\ud800-\udfff]")


class Known(msgspec.Struct):
    names: list[str]
    scores: dict[str, float] = {}


def test_texts_of_records_and_their_keys_can_be_shown():
    for text in HOSTILE:
        if HALF.search(text):
            continue  # no JSON at all
        found = decoded(json.dumps({"names": [text], "scores": {text: 1}}), Known)
        assert not raw(found.names[0], "\n"), ascii(text)
        assert not raw(next(iter(found.scores)), "\n"), ascii(text)


def test_what_is_no_record_is_refused_as_ever():
    for text in (
        "{",
        '{"names": ["\\ud800"]}',
        '{"names": 3}',
        '{"names": ["\\u001b"], "scores": []}',
        '"\\u001b"',
    ):
        with pytest.raises(msgspec.MsgspecError):
            decoded(text, Known)
    with pytest.raises(msgspec.MsgspecError):
        decoded('{"names": ["\\u001b"], "more": ' + "[" * 100_000 + "]" * 100_000 + "}", Known)


def test_events_are_harmless_as_json_and_after_it():
    for text in HOSTILE:
        line = events.to_json(events.Refused(error=text, key=text))
        assert not raw(line), ascii(text)
        back = events.from_json(line)
        assert isinstance(back, events.Refused)
        assert not raw(back.error, "\n"), ascii(text)


def test_an_error_is_one_printable_line_and_its_advice():
    for text in HOSTILE:
        assert not raw(str(PresetError(text, text, text))), ascii(text)
        assert str(DataError(text, text)).count("\n") == 1
    assert len(str(DataError("x" * 100_000))) == 2000
