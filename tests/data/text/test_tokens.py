"""Tokens of texts: characters, words, pairs that were joined."""

import msgspec
import numpy as np
import pytest

from tuidl.core.errors import PresetError
from tuidl.data.text.learning import learned
from tuidl.data.text.tokenizer import UNKNOWN, Tokenizer, pieces, shown, words

ENGLISH = "the cat sat on the mat\nthe rat sat on the cat\n" * 20
CHINESE = "春眠不覺曉,處處聞啼鳥。\n夜來風雨聲,花落知多少。\n"
TEXTS = {
    "english": ENGLISH,
    "chinese": CHINESE * 5,
    "emoji": "👩‍🚀 a👍🏽b\t\r\nc " * 9,
    "one": "aaaa",
}


@pytest.mark.parametrize("kind", ["characters", "bpe"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_encoded_is_decoded(text: str, kind: str) -> None:
    tokenizer = learned(kind, text, most=200 if kind == "bpe" else None)
    found = tokenizer.encode(text)
    assert tokenizer.decode(found.tolist()) == text.replace("\r\n", "\n")
    assert len(set(tokenizer.names)) == len(tokenizer.tokens)
    assert all(map(str.isprintable, tokenizer.names))
    again = msgspec.json.decode(msgspec.json.encode(tokenizer), type=Tokenizer)
    np.testing.assert_array_equal(again.encode(text), found)


def test_pairs_make_texts_shorter_and_stay_within_words() -> None:
    tokenizer = learned("bpe", ENGLISH, most=40)
    assert len(tokenizer.encode(ENGLISH)) < len(ENGLISH) / 2
    assert " the" in tokenizer.tokens
    assert not any(" " in token[1:] for token in tokenizer.tokens)


def test_the_first_pair_is_the_commonest_one() -> None:
    tokenizer = learned("bpe", "ababab abab ac", most=5)
    assert tokenizer.tokens[4:] == ("ab",)
    assert tokenizer.decode(tokenizer.encode("abac").tolist()) == "abac"


def test_the_vocabulary_is_of_the_training_part_alone() -> None:
    assert learned("characters", "abc").unknown is None
    tokenizer = learned("characters", "abc", "abcd")
    assert tokenizer.tokens == ("a", "b", "c", UNKNOWN)
    assert tokenizer.decode(tokenizer.encode("adz").tolist()) == f"a{UNKNOWN}{UNKNOWN}"
    assert tokenizer.lacking("adzd") == ["d", "z"]
    assert learned("characters", "abc").encode("axb").tolist() == [0, 1]


@pytest.mark.parametrize("most", [2, 3, 5])
def test_the_rarest_are_cut(most: int) -> None:
    tokenizer = learned("words", "a a a b b c d e", most=most)
    assert len(tokenizer.tokens) == (most if most < 5 else 5)
    assert (tokenizer.unknown is None) == (most == 5)
    assert tokenizer.tokens[0] == "a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop, it's 5!", ["Don't", "stop", ",", "it's", "5", "!"]),
        ("春眠 hello", ["春", "眠", "hello"]),
        ("abc日本def", ["abc", "日", "本", "def"]),
        ("  \n ", []),
        ("naïve Straße", ["naïve", "Straße"]),
    ],
)
def test_words_and_signs(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_words_are_written_with_spaces() -> None:
    tokenizer = learned("words", "hello , world ! it's 5", lowercase=True)
    found = tokenizer.encode("Hello, world! It's 5").tolist()
    assert tokenizer.decode(found) == "hello, world! it's 5"


@pytest.mark.parametrize("text", ["a" * 1_000_000, "9" * 300, "_" * 300, " " * 300, "\n" * 300])
def test_no_piece_is_long(text: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert max(map(len, found)) <= 65


def test_a_word_of_a_megabyte_is_joined_like_any_other() -> None:
    tokenizer = learned("bpe", "a" * 1_000_000, most=8)
    assert len(tokenizer.encode("a" * 1_000_000)) < 40_000


def test_characters_come_composed_and_lines_end_in_line_feeds() -> None:
    tokenizer = learned("characters", "e\u0301\r\n\rx")
    assert tokenizer.tokens == ("\n", "x", "é")
    assert tokenizer.encode("é").tolist() == tokenizer.encode("e\u0301").tolist()


def test_too_few_pairs_are_refused() -> None:
    with pytest.raises(PresetError, match=r"data.vocabulary: 3 tokens: the text has 3 different"):
        learned("bpe", "abc", most=3)


def test_names_never_clash() -> None:
    assert shown(["\n", "↵", " ", "␣", "\x07", "<7>"]) == ("↵", "↵'", "␣", "␣'", "<7>", "<7>'")


@pytest.mark.parametrize("kind", ["characters", "bpe"])
def test_what_fills_texts_up_is_number_0_also_where_there_are_tabs(kind: str) -> None:
    """A tab comes before the end of a line, and would be masked in its place."""
    tokenizer = learned(kind, "a\tb\n\x01c", needed=("\n",), most=20)
    assert tokenizer.tokens[:3] == ("\n", "\x01", "\t")
    assert learned(kind, "a\tb\nc", most=20).tokens[0] == "\t", "nothing is filled up here"
