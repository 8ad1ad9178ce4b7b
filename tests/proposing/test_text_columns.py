"""Presets for tables with columns that are plainly text."""

import json
from pathlib import Path

import pytest

from tuidl.nn.layers.dense import Dense
from tuidl.nn.layers.embedding import Embedding
from tuidl.preset.schema import Preset
from tuidl.proposing.files import proposal_for
from tuidl.proposing.proposal import Proposal
from tuidl.proposing.tables import table_columns
from tuidl.proposing.writing import written

WORDS = ("the", "room", "was", "near", "to", "a", "park", "and", "we", "liked", "every", "bit")


def sentence(i: int) -> str:
    """Different for each i, of six words or more."""
    return (
        " ".join(WORDS[(i * step + i // 7) % len(WORDS)] for step in (1, 2, 3, 5, 7, 11)) + f" {i}"
    )


def table(path: Path, texts: list[str], **columns: list[object]) -> Path:
    rows = zip(texts, *columns.values(), strict=True)
    lines = [",".join(["note", *columns, "paid"])]
    lines += [",".join([f'"{text}"', *map(str, more), str(i % 2)])
              for i, (text, *more) in enumerate(rows)]  # fmt: skip
    path.write_text("\n".join(lines))
    return path


def preset_of(proposal: Proposal) -> Preset:
    return Preset.parse(written(proposal), folder=Path.cwd())


@pytest.mark.parametrize("rows", [60, 150])
def test_a_column_of_sentences_is_read_as_text_beside_the_others(tmp_path: Path, rows: int) -> None:
    """Few different ones could be categories, many would be left out; said to be a guess."""
    path = table(tmp_path / "t.csv", [sentence(i) for i in range(rows)], age=list(range(rows)))
    proposal = proposal_for(path, "paid")
    assert proposal.data["columns"].value == {"note": {"kind": "text", "lowercase": True}}
    assert any(
        "a guess: column 'note' is text" in note and "data.columns.note" in note
        for note in proposal.notes
    )
    preset = preset_of(proposal)
    assert [field.name for field in preset.spec().inputs] == ["table", "note"]
    assert isinstance(preset.layers[0], Embedding)
    assert preset.layers[2].inputs == ("table", "read_1")
    assert isinstance(preset.layers[3], Dense)
    assert "and the words of 'note'" in proposal.about
    column = table_columns(path).columns[0]
    assert (column.report.role, column.report.kind, column.idle) == ("input", "text", "")
    assert column.report.guesses


def test_text_alone_and_several_texts(tmp_path: Path) -> None:
    texts = [sentence(i) for i in range(60)]
    preset = preset_of(proposal_for(table(tmp_path / "a.csv", texts), "paid"))
    assert [field.name for field in preset.spec().inputs] == ["note"]
    assert preset.data.normalize == "none"
    path = table(tmp_path / "b.csv", texts, more=[f'"{text} {text}"' for text in texts])
    preset = preset_of(proposal_for(path, "paid"))
    assert preset.layers[4].inputs == ("read_1", "read_2")


@pytest.mark.parametrize(
    "texts",
    [
        [f"id-{i}" for i in range(150)],
        [f"Braund, Mr. Owen {i}" for i in range(150)],
        [sentence(i % 12) for i in range(150)],
        [sentence(i % 40) for i in range(150)],
    ],
)
def test_names_codes_and_texts_that_repeat_are_no_text(tmp_path: Path, texts: list[str]) -> None:
    path = table(tmp_path / "t.csv", texts, age=list(range(len(texts))))
    proposal = proposal_for(path, "paid")
    assert "columns" not in proposal.data
    if len(set(texts)) > 100:
        assert any('data.columns.note = {kind = "text"}' in note for note in proposal.notes)


@pytest.mark.parametrize(("kind", "inputs"), [("category", 0), ("ignore", 0), ("text", 2)])
def test_what_is_said_of_the_column_overrules_the_guess(
    tmp_path: Path, kind: str, inputs: int
) -> None:
    path = table(tmp_path / "t.csv", [sentence(i) for i in range(60)], age=list(range(60)))
    proposal = proposal_for(path, "paid", None, (f"data.columns.note.kind={json.dumps(kind)}",))
    assert len(preset_of(proposal).spec().inputs) == inputs
    assert not any("a guess" in note for note in proposal.notes)


def test_a_column_that_is_left_out_by_itself_is_read_where_that_is_said(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", [f"flat {i}" for i in range(150)], age=list(range(150)))
    said = ('data.columns.note.kind="text"',)
    assert len(preset_of(proposal_for(path, "paid", None, said)).spec().inputs) == 2
    assert len(preset_of(proposal_for(path, "paid", ())).spec().inputs) == 2


def test_gaps_among_texts_are_filled_as_those_of_numbers(tmp_path: Path) -> None:
    texts = [sentence(i) if i % 9 else "" for i in range(60)]
    proposal = proposal_for(table(tmp_path / "t.csv", texts, age=list(range(60))), "paid")
    assert proposal.data["missing"].value == "mean"
    assert sum(map(len, preset_of(proposal).source.split().parts or ())) == 60
