"""Code of exported programs that makes tokens of text and text of tokens."""

from tuidl.data.text.tokenizer import IDEOGRAPHS, PIECES, WORDS, Tokenizer
from tuidl.export.writing import literal

NUMBERS_OF = '''def numbers_of(text):
    """The numbers of a text's tokens{rule}."""
    text = text.replace("\\r\\n", "\\n").replace("\\r", "\\n")
    text = unicodedata.normalize("NFC", text){lower}
    numbers = {numbers}
    return [{kept}]'''
TEXT_OF = '''def text_of(numbers):
    """The text of these tokens."""
    return "".join(TOKENS[number] for number in numbers)'''

CHARACTERS = "[NUMBERS.get(character, -1) for character in text]"
BY_WORDS = """[
        NUMBERS.get(part, -1)
        for word in WORDS.findall(text)
        for part in IDEOGRAPHS.split(word)
        if part
    ]"""
BY_PAIRS = "[number for piece in PIECES.findall(text) for number in merged(piece)]"

WORDS_TEXT = '''def text_of(numbers):
    """Words with spaces between them, but none before a sign."""
    text = ""
    for number in numbers:
        token = TOKENS[number]
        if text and token[:1].isalnum() and (text[-1].isalnum() or text[-1] in ",.;:!?)"):
            text += " "
        text += token
    return text'''
MERGED = '''def merged(piece):
    """The earliest merge is done everywhere in a piece of text, until none is left."""
    numbers = [NUMBERS.get(character, -1) for character in piece]
    while pairs := [pair for pair in zip(numbers, numbers[1:]) if pair in RANKS]:
        pair = min(pairs, key=RANKS.get)
        known, numbers, place = numbers, [], 0
        while place < len(known):
            both = tuple(known[place : place + 2]) == pair
            numbers.append(FIRST_MERGED + RANKS[pair] if both else known[place])
            place += 1 + both
    return numbers'''


def token_code(tokenizer: Tokenizer) -> list[str]:
    """Statements that define TOKENS, ``numbers_of`` and ``text_of``."""
    listed = ", ".join(map(literal, tokenizer.tokens))
    known = [
        f"TOKENS = [{listed}]",
        "NUMBERS = {token: number for number, token in enumerate(TOKENS)}",
    ]
    if tokenizer.kind == "words":
        known += [_pattern("WORDS", WORDS.pattern), _pattern("IDEOGRAPHS", IDEOGRAPHS.pattern)]
        return [*known, _numbers_of(tokenizer, BY_WORDS, "; signs are tokens, too"), WORDS_TEXT]
    if tokenizer.kind == "bpe":
        known += [*_merges(tokenizer), _pattern("PIECES", PIECES.pattern), MERGED]
        return [*known, _numbers_of(tokenizer, BY_PAIRS, ", pairs merged"), TEXT_OF]
    return [*known, _numbers_of(tokenizer, CHARACTERS, ""), TEXT_OF]


def imported(tokenizer: Tokenizer) -> list[str]:
    """What these statements import."""
    return ["import unicodedata"] + (["import re"] if tokenizer.kind != "characters" else [])


def _numbers_of(tokenizer: Tokenizer, numbers: str, rule: str) -> str:
    unknown = tokenizer.unknown
    kept = "number for number in numbers if number >= 0"
    if unknown is not None:
        kept = f"{unknown} if number < 0 else number for number in numbers"
    lower = ".lower()" if tokenizer.lowercase else ""
    return NUMBERS_OF.format(rule=rule, lower=lower, numbers=numbers, kept=kept)


def _merges(tokenizer: Tokenizer) -> list[str]:
    pairs = ", ".join(f"({left}, {right})" for left, right in tokenizer.merges)
    return [
        f"MERGES = [{pairs}]  # pairs of tokens that become one, in order",
        "RANKS = {pair: rank for rank, pair in enumerate(MERGES)}",
        f"FIRST_MERGED = {tokenizer.first_merged}",
    ]


def _pattern(name: str, pattern: str) -> str:
    return f"{name} = re.compile({literal(pattern)})"
