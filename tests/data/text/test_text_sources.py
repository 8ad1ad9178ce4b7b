"""Sources of text: windows, lines, parts, weights; and files that are no such text."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import DataError, TuidlError
from tuidl.data import SOURCES
from tuidl.data.files import FOLDER_VARIABLE
from tuidl.data.published import PUBLISHED
from tuidl.data.text import tokenizer
from tuidl.data.text.encoding import height_of
from tuidl.data.text.learning import learned
from tuidl.data.text.source import Text
from tuidl.data.text.tokenizer import Kind
from tuidl.preset.decoding import convert_tagged

LETTERS = "abcdefghijklmnopqrstuvwxyz"
LINES = "anna = 4\nbo = 2\nclara = 5\ndi = 2\neve = 3\nfay = 3\n"


def source(folder: Path, text: str, **keys: object) -> Text:
    (folder / "own.txt").write_text(text, encoding="utf-8")
    table = {"source": "text", "path": str(folder / "own.txt"), **keys}
    found = convert_tagged(table, SOURCES, "source", "data")
    found.check()
    return found


def test_windows_follow_each_other_and_the_end_is_held_out(tmp_path: Path) -> None:
    text = source(tmp_path, LETTERS * 10, window=8, validation=0.2, test=0.1)
    split = text.split()
    assert (len(split.train), len(split.validation), len(split.test)) == text.part_sizes()
    assert split.train.x[0].tolist() == list(range(8))
    assert split.train.y[0].tolist() == list(range(1, 9))
    assert split.train.x[1].tolist() == list(range(8, 16))
    assert split.validation.x[0].tolist() == [(182 + i) % 26 for i in range(8)]
    spec = text.spec()
    assert (spec.shape, spec.target_shape, spec.outputs) == ((8,), (8,), 26)
    assert spec.vocabulary == spec.classes == tuple(LETTERS)


def test_windows_may_overlap_in_training_and_never_where_they_are_held_out(tmp_path: Path) -> None:
    split = source(tmp_path, LETTERS * 10, window=8, stride=3).split()
    assert split.train.x[1].tolist() == list(range(3, 11))
    assert (split.validation.x[1, 0] - split.validation.x[0, 0]) % 26 == 8


def test_the_last_target_alone(tmp_path: Path) -> None:
    text = source(tmp_path, LETTERS * 4, window=3, predict="last")
    split = text.split()
    assert text.spec().target_shape is None
    assert split.train.x[1].tolist() == [1, 2, 3]
    assert split.train.y[1].tolist() == [4]


def test_words_nearby(tmp_path: Path) -> None:
    text = source(tmp_path, "one two three four " * 9, predict="context", window=1, tokens="words")
    split = text.split()
    names = text.spec().classes
    pairs = {
        (names[int(a)], names[int(b)])
        for a, b in zip(split.train.x[:, 0], split.train.y[:, 0], strict=True)
    }
    assert ("two", "three") in pairs
    assert ("three", "two") in pairs
    assert ("one", "three") not in pairs


def test_folds_never_share_a_token_with_what_they_are_held_against(tmp_path: Path) -> None:
    text = source(tmp_path, LETTERS * 10, window=8, stride=2, test=0.1)
    windows = text._corpus().windows
    for train, held, _ in text.splitter(text.load()).folds(0.1, 3):
        low, high = windows.starts[held].min(), windows.starts[held].max() + 9
        assert all(s + 9 <= low or s >= high for s in windows.starts[train])
    assert len(text.folds(3)) == 3


def test_lines_are_filled_up_and_what_fills_them_does_not_count(tmp_path: Path) -> None:
    text = source(tmp_path, LINES, examples="lines", split="ordered", validation=0.0)
    split, spec = text.split(), text.spec()
    window = spec.shape[0]
    assert window == len("clara = 5") + 1
    assert spec.weighted
    assert spec.target_width == 2 * window
    numbers, weights = split.train.y[1, :window], split.train.y[1, window:]
    shown = "".join(spec.vocabulary[int(n)] for n in numbers)
    assert shown.replace("␣", " ") == "bo = 2↵↵↵↵"
    assert weights.tolist() == [1] * 7 + [0] * 3


def test_only_answers_count_where_a_prompt_is_given(tmp_path: Path) -> None:
    text = source(tmp_path, LINES, examples="lines", split="ordered", answer_after=" = ")
    weights = text.split().train.y[1, text.spec().shape[0] :]
    assert weights.tolist() == [0] * 5 + [1] * 2 + [0] * 3


def test_lines_that_do_not_fit_are_cut_and_counted(tmp_path: Path) -> None:
    text = source(tmp_path, LINES, examples="lines", window=8)
    assert any("2 of 6 lines are cut off after 8 tokens" in note for note in text.notices())
    assert any("padded to 8 tokens" in line for line in text.report())


def test_every_token_of_a_line_is_predicted_from_those_before_it(tmp_path: Path) -> None:
    text = source(tmp_path, "ab\ncd\n", examples="lines", predict="last", window=2, validation=0.0)
    split, names = text.split(), text.spec().vocabulary
    tokens = np.concatenate([split.train.x, split.train.y], axis=1).astype(int).tolist()
    rows = ["".join(names[n] for n in row) for row in tokens]
    assert rows == ["↵↵a", "↵ab", "ab↵", "↵↵c", "↵cd", "cd↵"]


def test_no_line_is_in_two_parts(tmp_path: Path) -> None:
    lines = "".join(f"{a}{b}\n" for a in LETTERS for b in LETTERS)
    text = source(tmp_path, lines, examples="lines", predict="last", window=3, test=0.2)
    split = text.split()
    first = [set(map(tuple, part.x[part.y[:, 0] == 0].tolist())) for part in
             (split.train, split.validation, split.test)]  # fmt: skip
    assert not first[0] & first[1]
    assert not first[0] & first[2]
    assert sum(map(len, first)) == 26 * 26


def test_chinese_is_read_by_characters(tmp_path: Path) -> None:
    text = source(tmp_path, "春眠不覺曉,處處聞啼鳥。" * 20, window=6)
    assert "春" in text.spec().vocabulary
    assert len(text.split().train) > 10


@pytest.mark.parametrize(
    ("content", "keys", "message"),
    [
        (b"", {}, "own.txt: empty: no text in it"),
        (b" \n\n \t", {}, "own.txt: nothing but spaces"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", {}, "own.txt: no text, but a PNG picture"),
        (b"text\0text" * 99, {}, "own.txt: line 1: binary data, not text"),
        (b"caf\xe9 " * 99, {}, "say how it is written, as data.encoding = 'cp1252'"),
        (b"one line", {}, "data.window: the training part is too short: 6 tokens are left"),
        (b"one line", {"examples": "lines"}, "1 line with text: expected an example a line"),
        (b"a" * 999, {"window": 8}, "own.txt: nothing but 'a': one token only, nothing to predict"),
        (b"word" * 99, {"tokens": "words"}, "1 token is left"),
        (b"abc" * 99, {"window": 250}, r"the training part is too short: 238 .*\(251\)"),
        (b"abc" * 99, {"window": 64}, "the validation part is too short: 59 tokens"),
        (b"a b\n" * 9, {"examples": "lines", "answer_after": "="}, "line 1 .*: no '=' in it"),
        (b"ab" * 99, {"tokens": "bpe", "vocabulary": 2}, "data.vocabulary: 2 tokens"),
        (b"ab" * 99, {"stride": 3, "examples": "lines"}, "data.stride: is for windows"),
        (b"ab" * 99, {"answer_after": "="}, "data.answer_after: needs data.examples = 'lines'"),
        (b"ab" * 99, {"normalize": "standard"}, "data.normalize: the inputs are numbers of tokens"),
        (b"ab" * 99, {"augment": {"noise": 0.1}}, "data.augment: changes pictures and numbers"),
        (b"ab" * 99, {"split": "random"}, "data.split: the text goes on from window to window"),
        (b"ab" * 99, {"split": "by author"}, "data.split: text has nothing called 'author'"),
        (b"ab" * 99, {"tokens": "letters"}, "data.tokens: no .letters."),
        (b"ab" * 99, {"window": 0}, "data.window"),
        (b"ab" * 99, {"windw": 4}, "data.windw: unknown key; did you mean 'window'"),
    ],
)  # fmt: skip
def test_what_is_no_text_to_learn_is_refused_in_a_line(
    tmp_path: Path, content: bytes, keys: dict[str, object], message: str
) -> None:
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(TuidlError, match=message) as caught:
        _read(path, keys)
    assert "\n" not in str(caught.value)


def _read(path: Path, keys: dict[str, object]) -> None:
    table = {"source": "text", "path": str(path), **keys}
    found = convert_tagged(table, SOURCES, "source", "data")
    found.check()
    found.split()


@pytest.mark.parametrize("name", ["names", "tiny_shakespeare", "sms_spam"])
def test_another_file_than_the_published_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    known = PUBLISHED[name]
    (tmp_path / known.folder).mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    (tmp_path / known.folder / next(iter(known.contents))).write_text("ham\tnot this one\n" * 9)
    with pytest.raises(DataError, match="damaged, or not the published file"):
        SOURCES[name]().split()
    assert known.licence


@pytest.mark.parametrize("name", ["dates", "reversed_words", "python_help", "modular_addition"])
def test_what_needs_no_download_is_the_same_every_time(name: str) -> None:
    first, again = SOURCES[name]().split(), SOURCES[name]().split()
    assert len(first.train) > 1000
    np.testing.assert_array_equal(first.train.x, again.train.x)
    np.testing.assert_array_equal(first.train.y, again.train.y)


def test_made_lines_are_those_of_the_rule() -> None:
    from tuidl.data.text.rules import dated_lines, reversed_lines

    dates = list(dated_lines(2000, 3))
    assert len(set(dates)) == 2000
    in_numbers = [line for line in dates if line.count(".") == 2]
    assert len(in_numbers) > 100
    for line in in_numbers:
        day, month, year = line.partition(" = ")[0].split(".")
        assert line.endswith(f" = {year}-{int(month):02}-{int(day):02}")
    digest = hashlib.sha256("\n".join(dates).encode()).hexdigest()
    assert digest == hashlib.sha256("\n".join(dated_lines(2000, 3)).encode()).hexdigest()
    for line in reversed_lines(50, 1):
        word, _, answer = line.partition(" = ")
        assert answer == word[::-1]


def test_sums_wrap_around() -> None:
    split = SOURCES["modular_addition"](modulus=7, validation=0.4).split()
    for x, y in zip(split.train.x, split.train.y, strict=True):
        assert (x[0] + x[2]) % 7 == y[0]
        assert x[1:4:2].tolist() == [7, 8]


def test_characters_of_a_plain_text_need_the_least_memory() -> None:
    plain = "é" * 1000
    assert height_of(plain, "characters") < height_of(plain, "bpe")
    assert height_of("字" * 1000, "characters") == height_of(plain, "words")


@pytest.mark.parametrize("kind", ["characters", "words", "bpe"])
@pytest.mark.parametrize("lowercase", [False, True])
def test_a_text_that_is_read_in_parts_has_the_tokens_of_the_whole(
    kind: Kind, lowercase: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    signs = [*"abcAÉé字ひ'’.,!_12 ", "\n", "  ", " \n\n", "\t", "don't", "İ", "\u00a0", "x" * 70]
    text = "".join(random.choice(signs, 3000))
    train, rest = text[:2500], text[2500:] + "ξ"
    whole = learned(kind, train, rest, 60, lowercase)
    numbers = whole.encode(text + "ξ")
    for size in (1, 2, 7, 64, 1000):
        monkeypatch.setattr(tokenizer, "AT_ONCE", size)
        assert "".join(tokenizer.chunks(text, kind)) == text
        assert learned(kind, train, rest, 60, lowercase) == whole
        assert whole.encode(text + "ξ").tolist() == numbers.tolist()
        narrow = whole.encode_narrowly(text + "ξ")
        assert narrow.tolist() == numbers.tolist()
        assert narrow.dtype == np.uint8


def test_windows_in_a_row_are_not_copied_and_folds_of_them_are_right(tmp_path: Path) -> None:
    text = source(tmp_path, LETTERS * 40, window=8, validation=0.2, test=0.1)
    assert text.shares_parts()
    split = text.split()
    parts = (split.train, split.validation, split.test)
    assert all(part.x.base is split.train.x.base for part in parts)
    assert all(part.x.flags.c_contiguous and part.x.flags.writeable for part in parts)
    copied = text.load()
    for part, chosen in zip(parts, text.splitter(copied).parts(0.2, 0.1), strict=True):
        assert np.array_equal(part.x, copied.x[chosen])
        assert np.array_equal(part.y, copied.y[chosen])
    dealt = text.splitter(copied).folds(0.1, 3)
    for fold, (train, held, _) in zip(text.folds(3), dealt, strict=True):
        assert np.array_equal(fold.train.x, copied.x[train])
        assert np.array_equal(fold.validation.y, copied.y[held])
