"""Hyper-parameters beside logs and in them."""

from pathlib import Path

import pytest

from tests.logs.event_files import event, field, record, simple, write
from tuidl.core.errors import RunError
from tuidl.logs.folder import source_at
from tuidl.logs.follower import Follower
from tuidl.logs.hparams import plain_yaml, settings_beside

LIGHTNING = """\
batch_size: 32  # small
lr: 1.0e-3
name: 'a net'
deep: true
nothing: null
model:
  width: 8
  kinds:
  - relu
  - 2
  head:
    units: 4
optimizer: !!python/object:torch.optim.Adam
  secret: 1
shapes: [1, 2.5, x]
text: |
  several: 3
last: yes_no
"""


def test_plain_values_of_yaml_are_read_by_dotted_keys() -> None:
    assert plain_yaml(LIGHTNING) == {
        "batch_size": 32, "lr": 0.001, "name": "a net", "deep": True, "model.width": 8,
        "model.kinds": ["relu", 2], "model.head.units": 4, "shapes": [1, 2.5, "x"],
        "last": "yes_no",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "{}", "a", "- 1\n- 2", "{a: 1}", ":", "a: {b: 1}", "\0", "- a: 1", "&x a: 1", "'"]
)
def test_what_is_nothing_plain_is_nothing(text: str) -> None:
    assert plain_yaml(text) == {}


def test_very_deep_and_very_many_keys_end(tmp_path: Path) -> None:
    deep = "".join(f"{' ' * n}k{n}:\n" for n in range(500)) + " " * 500 + "x: 1\n"
    assert set(plain_yaml(deep).values()) <= {1}
    assert len(plain_yaml("".join(f"k{n}: 1\n" for n in range(5000)))) == 1000


def test_the_file_beside_lightnings_log_is_found(tmp_path: Path) -> None:
    (tmp_path / "hparams.yaml").write_text("lr: 2\n")
    log = tmp_path / "metrics.csv"
    log.write_text("epoch,loss\n0,1\n")
    assert settings_beside(log) == settings_beside(tmp_path) == {"lr": 2}
    assert settings_beside(tmp_path / "other.csv") == {}
    (tmp_path / "hparams.yaml").write_bytes(b"\xff\xfe")
    assert settings_beside(log) == {}
    (tmp_path / "hparams.yaml").unlink()
    (tmp_path / "hparams.yaml").symlink_to("/etc/passwd")
    assert settings_beside(log) == {}, "links are not followed"


def session(*pairs: tuple[str, bytes]) -> bytes:
    """An event as TensorBoard's plugin for hyper-parameters has them."""
    start = b"".join(field(1, field(1, name.encode()) + field(2, value)) for name, value in pairs)
    plugin = field(1, b"hparams") + field(2, field(1, 0) + field(3, start))
    value = field(1, b"_hparams_/session_start_info") + field(9, field(1, plugin))
    return record(field(1, 1.7e9) + field(5, field(1, value)))


def test_hyper_parameters_of_tensorboards_plugin_are_read(tmp_path: Path) -> None:
    found = session(
        ("lr", field(2, 0.01)), ("units", field(2, 64.0)), ("act", field(3, b"relu")),
        ("bias", field(4, 1)), ("none", field(1, 0)), ("", field(2, 1.0)),
    )  # fmt: skip
    write(tmp_path / "events.out.tfevents.1", [found, event(1, simple("loss", 1.0))])
    log = Follower(source_at(tmp_path)).read_all()
    assert log.settings == {"lr": 0.01, "units": 64, "act": "relu", "bias": True}
    assert list(log.series) == [("step", "loss")]


def test_a_damaged_session_is_reported_with_its_place(tmp_path: Path) -> None:
    broken = field(1, b"hparams") + field(2, b"\x1a\xff\x01")
    value = field(1, b"t") + field(9, field(1, broken))
    file = write(tmp_path / "events.out.tfevents.1", [record(field(5, field(1, value)))])
    with pytest.raises(RunError, match=r"no event: .*; the file is damaged"):
        Follower(source_at(file)).read_all()
