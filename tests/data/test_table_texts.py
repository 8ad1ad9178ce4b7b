"""Tables with columns of text beside others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuidl.core.errors import TuidlError
from tuidl.data.preprocessing import identity, read_preprocessing
from tuidl.data.spec import Field
from tuidl.data.text.tokenizer import UNKNOWN, words
from tuidl.export.exporting import export
from tuidl.judging.evaluating import Options, evaluated
from tuidl.judging.file_subject import of_file
from tuidl.judging.network import Network
from tuidl.preset.schema import Preset
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import TrainedRun, load_run
from tuidl.training.start import trainer_for

ROWS = 60
GOOD, BAD = ("bright", "quiet", "warm"), ("dark", "loud", "cold")
THINGS = ("room", "bed", "view", "staff", "lamp", "street", "garden", "table")
READ = [
    {"type": "embedding", "inputs": ["review"], "output_dim": 6},
    {"type": "global_average_pool1d", "mask": "review", "name": "read"},
    {"type": "concatenate", "inputs": ["table", "read"]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of 60 flats; the review decides whether they are liked, and the area their price."""
    random = np.random.default_rng(0)
    lines = ["area,town,review,title,liked,price"]
    for i in range(ROWS):
        taken = [str(random.choice(THINGS)) for _ in range(2 + i % 5)]
        taken.insert(int(random.integers(len(taken))), str(random.choice(GOOD if i % 2 else BAD)))
        area, town = random.uniform(20, 90), "Rome" if i % 3 else "Oslo"
        liked = "yes" if i % 2 else "no"
        review = f'"{" ".join(taken)}, it\'s so."'
        lines.append(f"{area:.1f},{town},{review},flat {i},{liked},{1000 * area:.0f}")
    (tmp_path / "own.csv").write_text("\n".join(lines))
    return tmp_path


def table_of(folder: Path, **data: Any) -> dict[str, Any]:
    known = {
        "source": "csv", "path": str(folder / "own.csv"), "target": "liked", "test": 0.2,
        "columns": {"review": {"kind": "text"}}, "ignore": ["price", "title"],
        "normalize": "standard",
    }  # fmt: skip
    return {
        "name": "both", "data": {**known, **data},
        "layers": [*READ, {"type": "dense", "activation": "softmax"}],
        "loss": {"type": "cross_entropy"}, "optimizer": {"type": "adam", "learning_rate": 0.05},
        "training": {"epochs": 12, "batch_size": 8, "metrics": ["accuracy"]},
    }  # fmt: skip


def preset_of(folder: Path, **data: Any) -> Preset:
    return Preset.of_table(table_of(folder, **data))


def reviews(folder: Path) -> list[str]:
    lines = (folder / "own.csv").read_text().splitlines()[1:]
    return [line.split('"')[1] for line in lines]


def trained(preset: Preset, folder: Path) -> TrainedRun:
    recorder = RunRecorder.of_new(preset, "cpu", folder / "run")
    recorder.run = "run"
    training = trainer_for(preset, "cpu", 1, checkpointer=recorder)
    recorder.begin()
    list(recorded(training, recorder))
    return load_run(folder / "run")


def test_tokens_lie_behind_the_scaled_columns(folder: Path) -> None:
    """By an own reading of the file: words of the training part, sorted, after the padding."""
    preset = preset_of(folder)
    spec, split = preset.spec(), preset.source.split()
    assert split.rows is not None
    texts = reviews(folder)
    known = sorted({word for row in split.rows for word in words(texts[row])})
    lengths = [len(words(texts[row])) for row in split.rows]
    window = int(np.ceil(np.percentile(lengths, 90)))
    assert spec.inputs == (
        Field("table", (3,)), Field("review", (window,), vocabulary=("↵", *known)),
    )  # fmt: skip
    np.testing.assert_allclose(split.train.x[:, :3].mean(axis=0), 0, atol=1e-6)
    for x, row in zip(split.train.x, split.rows, strict=True):
        tokens = [1 + known.index(word) for word in words(texts[row])][:window]
        assert x[3:].tolist() == [*tokens, *[0] * (window - len(tokens))]


def test_keys_of_a_column_of_text(folder: Path) -> None:
    columns = {"review": {"window": 3, "vocabulary": 5, "lowercase": True, "tokens": "words"}}
    spec = preset_of(folder, columns=columns).spec()
    assert spec.inputs[1].shape == (3,)
    assert len(spec.inputs[1].vocabulary) == 5
    assert spec.inputs[1].vocabulary[-1] == UNKNOWN
    columns = {"review": {"tokens": "characters", "window": 4}}
    assert "R" not in preset_of(folder, columns=columns).spec().inputs[1].vocabulary
    columns = {"review": {"tokens": "bpe", "vocabulary": 40}, "title": {"kind": "text"}}
    spec = preset_of(folder, columns=columns, ignore=["price"]).spec()
    assert [field.name for field in spec.inputs] == ["table", "review", "title"]
    assert len(spec.inputs[1].vocabulary) == 40


def test_the_vocabulary_is_of_the_rows_that_are_trained_on(folder: Path) -> None:
    """Also where groups stay together, or the last rows are held out."""
    for split in ("ordered", "by town"):
        preset = preset_of(folder, split=split, test=0)
        parts, texts = preset.source.split(), reviews(folder)
        assert parts.rows is not None
        seen = {word for row in parts.rows for word in words(texts[row])}
        held_out = {word for text in texts for word in words(text)} - seen
        vocabulary = preset.spec().inputs[-1].vocabulary
        assert set(vocabulary) == {"↵", *seen, *([UNKNOWN] if held_out else [])}


def test_a_run_predicts_and_evaluates_without_its_file(folder: Path) -> None:
    run = trained(preset_of(folder), folder)
    path = (folder / "own.csv").rename(folder / "gone.csv")
    lines = path.read_text().splitlines()
    new = [
        *lines[:5], '50,Rome,"bright room",x,no,1', '50,Paris,"bright zzz",x,no,1',
        "50,Rome,zzz,x,no,1", "50,Rome,,x,no,1",
    ]  # fmt: skip
    (folder / "new.csv").write_text("\n".join(new))
    found = run.predict_file(folder / "new.csv")
    np.testing.assert_allclose(found.decoded[:4], run.predict_file(path).decoded[:4], rtol=1e-6)
    assert found.decoded[4].argmax() == 1
    assert found.marks[5] == (
        "town: 'Paris' was not there in training; review: not in the vocabulary, left out: 'zzz'"
    )
    assert found.marks[6] == "review: not in the vocabulary, left out: 'zzz'"
    assert found.problems == {7: f"{folder / 'new.csv'}: line 9, column 'review': no text"}
    network = Network("run", "final", run.preset, run.parameters, run.preparation)
    subject = of_file(run.preset, run.preparation, path)
    options = Options(repeats=2, by=("review",), resamples=0)
    judgement = evaluated(network, subject, options)
    assert judgement.importance is not None
    assert judgement.importance.columns[0].column == "review"
    assert {row.column for row in judgement.importance.columns} == {"area", "town", "review"}
    assert judgement.slices[0].value == "5 to 6 words"
    assert sum(part.count for part in judgement.slices) == ROWS


@pytest.mark.parametrize("kind", ["numpy", "onnx", pytest.param("torch", marks=pytest.mark.slow)])
def test_a_run_is_exported(folder: Path, kind: str) -> None:
    pytest.importorskip({"numpy": "numpy", "torch": "torch", "onnx": "onnx"}[kind])
    run = trained(preset_of(folder), folder)
    exported = export(run.preset, run.parameters, kind, folder / kind, preparation=run.preparation)
    assert (exported.largest_difference or 0) < 1e-5


def test_text_alone_and_in_several_networks(folder: Path) -> None:
    """The network's own name for its input is another than the column's."""
    table = table_of(folder, ignore=["price", "title", "area", "town"])
    table["layers"] = [
        {"type": "embedding", "output_dim": 4},
        {"type": "global_max_pool1d", "mask": "review"},
        {"type": "dense", "activation": "softmax"},
    ]
    alone = Preset.of_table(table)
    assert [field.name for field in alone.spec().inputs] == ["review"]
    assert len(trained(alone, folder).predict_file(folder / "own.csv").decoded) == ROWS
    table = table_of(folder)
    table["networks"] = [
        {"name": "reader", "inputs": ["words"], "layers": [
            {"type": "embedding", "output_dim": 4},
            {"type": "global_average_pool1d", "mask": "words"},
        ]},
        {"name": "head", "inputs": ["read", "numbers"], "layers": [
            {"type": "concatenate", "inputs": ["numbers", "read"]}, {"type": "dense", "units": 2},
        ]},
    ]  # fmt: skip
    table["outputs"] = [
        {"name": "seen", "network": "reader", "inputs": ["review"]},
        {"name": "liked", "network": "head", "inputs": ["seen", "table"]},
    ]
    losses = [{"output": "liked", "loss": {"type": "cross_entropy"}}]
    table["objectives"] = [{"name": "all", "losses": losses, "optimizer": {"type": "adam"}}]
    for key in ("layers", "loss", "optimizer"):
        del table[key]
    table |= {"predicts": "liked", "training": {"epochs": 1, "batch_size": 8}}
    list(trainer_for(Preset.of_table(table), "cpu", 1).run())


@pytest.mark.parametrize(
    ("missing", "text"), [("zero", ""), ("mean", ""), ("drop_rows", None), ("dark bed", "dark bed")]
)
def test_gaps(folder: Path, missing: str, text: str | None) -> None:
    lines = (folder / "own.csv").read_text().splitlines()
    for line in (4, 9):
        fields = lines[line].split('"')
        lines[line] = f"{fields[0]}n/a{fields[2]}"
    (folder / "own.csv").write_text("\n".join(lines))
    with pytest.raises(TuidlError, match=r"line 5, column 'review': no text \(2 missing\); say"):
        preset_of(folder).source.split()
    columns = {"review": {"kind": "text", "missing": missing}}
    run = trained(preset_of(folder, columns=columns), folder)
    parts = run.preset.source.split()
    assert sum(map(len, parts.parts or ())) == ROWS - 2 * (text is None)
    (folder / "new.csv").write_text(f"area,town,review\n50,Rome,\n50,Rome,{text or 'bed'}")
    if text is None:
        assert list(run.predict_file(folder / "new.csv").problems) == [0]
        return
    found = run.predict_file(folder / "new.csv").decoded
    assert np.array_equal(found[0], found[1]) == bool(text)


def test_the_report_says_how_text_is_read(folder: Path) -> None:
    columns = {"review": {"kind": "text", "window": 4}}
    lines = preset_of(folder, columns=columns).source.report()
    line = next(line for line in lines if line.startswith("review"))
    assert " text " in line
    assert "different texts of up to 11 words and signs" in line
    assert "the first 4 of each, 19 different ones; 60 longer texts are cut" in line


def test_what_is_learned_of_text_is_checked(folder: Path) -> None:
    data = (
        trained(preset_of(folder), folder) and folder / "run" / "preprocessing.json"
    ).read_bytes()
    known = read_preprocessing(data)
    assert known.table is not None
    assert known.table.columns[-1].kind == "text"
    assert identity(known)["examples"]["inputs"][0] == {
        "name": "table", "shape": (3,), "classes": (),
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"table\.columns\[2\]\.text\.tokenizer\.tokens: expected"):
        read_preprocessing(data.replace(b'"bed","bright"', b'"bed","bed"'))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"target": "review"}, "data.columns.review.kind: it is the target"),
        ({"columns": {"reviw": {"kind": "text"}}}, "reviw: no such column; did you mean 'review'"),
        ({"columns": {"review": {"kind": "text", "decimal": ","}}}, "review.decimal: is not of"),
        ({"columns": {"review": {"kind": "text", "indicator": True}}}, "review.indicator: is not"),
        ({"columns": {"review": {"kind": "category", "window": 3}}}, "review.window: is not of"),
        ({"columns": {"review": {"tokens": "letters"}}}, "data.columns.review.tokens"),
        ({"columns": {"review": {"tokens": "bpe", "vocabulary": 9}}}, "pairs need more"),
        ({"columns": {"review": {"window": 0}}}, "data.columns.review.window"),
        ({"columns": {}}, 'data.columns.review = {kind = "text"}'),
        ({"augment": {"noise": 0.1}}, "data.augment"),
        ({"targets": "inputs"}, "data.targets"),
        (
            {"source": "series", "window": 3, "target": "price", "ignore": ["title"], "test": 0},
            "pictures or text in a series",
        ),
        ({"size": [6, 6]}, "data.size: no column is said to be of kind 'picture'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_key(
    data: dict[str, Any], said: str, folder: Path
) -> None:
    if not data.get("columns", True):
        unlike = [f"{i} {line}" for i, line in enumerate(reviews(folder) * 2)]
        rows = "\n".join(f'{i},"{text}",{i % 2}' for i, text in enumerate(unlike))
        (folder / "own.csv").write_text(f"area,review,liked\n{rows}")
        data["ignore"] = []
    with pytest.raises(TuidlError) as raised:
        preset_of(folder, **data).source.split()
    assert said in str(raised.value)


def test_a_text_without_words_in_training_is_refused(folder: Path) -> None:
    rows = "\n".join(f"{i},{'words' if i == ROWS - 1 else ''},{i % 2}" for i in range(ROWS))
    (folder / "own.csv").write_text(f"area,review,liked\n{rows}")
    preset = table_of(folder, ignore=[], split="ordered", missing="zero")
    with pytest.raises(TuidlError, match="column 'review': no text in the training part"):
        Preset.of_table(preset).source.split()
