"""The reference names everything that a preset may say, and its defaults are the true ones."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tuidl.data import SOURCES
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.metrics import METRICS
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.nn.schedules import Schedule
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset
from tuidl.preset.training import EarlyStopping, Training

DOCS = Path(__file__).parents[2] / "docs"
SCHEDULES = {kind.kind(): kind for kind in Schedule.__args__}
COMMON = {"name", "inputs", "enabled", "l1", "l2", "warmup_epochs", "clip_value",
          "global_clip_norm", "schedule"}  # fmt: skip


@pytest.mark.parametrize("kinds", [LAYERS, LOSSES, OPTIMIZERS, METRICS, SCHEDULES])
def test_the_reference_names_everything(kinds: dict[str, object]) -> None:
    text = (DOCS / "presets.md").read_text(encoding="utf-8")
    assert [name for name in kinds if f"`{name}`" not in text] == []


def test_tables_are_what_the_records_say() -> None:
    command = [sys.executable, str(DOCS / "tables.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", SOURCES)
def test_the_reference_of_data_names_every_source(source: str) -> None:
    assert f"`{source}`" in (DOCS / "data.md").read_text(encoding="utf-8")


def test_the_reference_names_every_key() -> None:
    text = (DOCS / "presets.md").read_text(encoding="utf-8")
    records = [*LAYERS.values(), *LOSSES.values(), *OPTIMIZERS.values(), *SCHEDULES.values(),
               Training, EarlyStopping]  # fmt: skip
    keys = {f.encode_name for record in records for f in msgspec.structs.fields(record)}
    assert [key for key in keys | COMMON if f"`{key}`" not in text and key != "schedule"] == []


@pytest.mark.parametrize("kinds", [OPTIMIZERS, SCHEDULES])
def test_defaults_in_the_reference_are_true(kinds: dict[str, type[msgspec.Struct]]) -> None:
    text = (DOCS / "presets.md").read_text(encoding="utf-8")
    for name, record in kinds.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        for key, value in re.findall(r"`(\w+)` \(([-\de.]+)", row):
            field = next(f for f in msgspec.structs.fields(record) if f.name == key)
            assert float(value) == field.default, (name, key)


def test_the_example_of_the_reference_is_a_network() -> None:
    from tuidl.compiler.graph import Graph

    text = (DOCS / "presets.md").read_text(encoding="utf-8")
    layers = re.search(r"```toml\n(layers = .*?)```", text, re.S)[1]
    joined = layers.replace("\n", " ")
    preset = Preset.parse(
        f'name = "skip"\n{joined}\ndata = {{source = "digits"}}\n'
        'loss = {type = "cross_entropy"}\noptimizer = {type = "adam"}'
    )
    assert len(Graph.build(preset).nodes) == 7


def test_the_readme_has_a_row_for_every_preset() -> None:
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in shipped() if f"| `{name}` |" not in text] == []


def test_every_promise_of_security_names_a_test_that_exists() -> None:
    text = (DOCS / "security.md").read_text(encoding="utf-8")
    rows = [
        line for line in text.splitlines() if line.startswith("| ") and "what is prom" not in line
    ]
    assert len(rows) >= 10
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named, row
        assert [name for name in named if not (DOCS.parent / name).is_file()] == []
