"""Exported programs make the tokens of a text that tuidl makes, and the text of tokens."""

import re
import unicodedata
from typing import Any

import pytest

from tuidl.data.text.learning import learned
from tuidl.data.text.tokenizer import Kind
from tuidl.export.token_code import token_code

LEARNED = "The cat's hat, the rat's mat. 你好 世界! It's 1984 (again); naïve cafés\n" * 5
TEXTS = [
    "",
    "the CAT's hat",
    "nothing/of\\this: Ω≈ç√",
    "cafe\u0301s and naïve",
    "你好，世界 hat 你hat好",
    "line\r\none\rtwo\n\n\tthree",
    "x" * 200,
    "__init__ 1984 19841984",
    "\U0001f600\u200d\U0001f600 \ud800",
    "'tis ’twas rock'n'roll...",
]


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("kind", ["characters", "words", "bpe"])
@pytest.mark.parametrize("most", [36, 60])
def test_tokens_are_those_of_tuidl(kind: Kind, most: int, lowercase: bool) -> None:
    tokenizer = learned(kind, LEARNED, most=most, lowercase=lowercase)
    program: dict[str, Any] = {"re": re, "unicodedata": unicodedata}
    exec("\n".join(token_code(tokenizer)), program)
    for text in [LEARNED, *TEXTS]:
        numbers = tokenizer.encode(text).tolist()
        assert program["numbers_of"](text) == numbers
        assert program["text_of"](numbers) == tokenizer.decode(numbers)
