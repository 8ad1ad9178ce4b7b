"""Plugins: the example of the documentation works, and nothing runs that was not allowed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
import pytest

import tuidl
from tuidl.compiler.graph import Graph
from tuidl.core import extensions
from tuidl.core.children import module_command
from tuidl.core.errors import PresetError, RunError, TuidlError
from tuidl.data.catalog import SOURCES
from tuidl.export import FORMATS, export, torch_program
from tuidl.export.proof import missing
from tuidl.export.registry import ONNX
from tuidl.kernels import KERNELS, NAMES
from tuidl.kernels.cache import cache_folder
from tuidl.kernels.oracles import ORACLES
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.metrics import METRICS
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.plugins import loading, permission
from tuidl.plugins.loading import PLUGINS
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.events import EpochEnded
from tuidl.storage.folder import RunFolder
from tuidl.training.gradcheck import check_gradients

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
PLUGIN = re.findall(r'```python\n("""A layer.*?)```', PAGE, re.S)[0]
PRESET = re.findall(r"```toml\n(name = .*?)```", PAGE, re.S)[0]
EXPORTS = """
from tuidl.export.registry import onnx_layer
from tuidl.export.torch_text import nn, torch


class ScaleModule(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(features))

    def forward(self, x):
        return x * self.factor


@onnx_layer("scale")
def _onnx_scale(draft, node, inputs):
    factor = draft.constant("factor", draft.own("factor"))
    return draft.op("Mul", draft.turned(inputs[0], first=False), factor), False
"""
MORE = '''
from tuidl.plugins import Metric
from tuidl.nn.optimizers import Sgd


class Slow(Sgd, frozen=True, tag="slow"):
    """SGD under another name."""


half = Metric("half_mae", "absolute_error", lambda sums: float(sums.values[0]) / sums.examples / 2)
'''


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What plugins register is forgotten after each test."""
    tables = (LAYERS, LOSSES, OPTIMIZERS, METRICS, SOURCES, PLUGINS, KERNELS, ORACLES, ONNX)
    before = [dict(table) for table in tables]
    kept, names = list(extensions.EXTENSIONS), list(NAMES)
    yield
    for table, values in zip(tables, before, strict=True):
        table.clear()
        table.update(values)  # type: ignore[arg-type]
    extensions.EXTENSIONS[:], NAMES[:] = kept, names
    for name in [name for name in sys.modules if name.startswith("tuidl_plugin_")]:
        del sys.modules[name]


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    """The example of the page."""
    (tmp_path / "my_plugin.py").write_text(PLUGIN, encoding="utf-8")
    path = tmp_path / "my.toml"
    path.write_text(PRESET, encoding="utf-8")
    return path


def changed(preset: Path, name: str, code: str) -> Path:
    """The example with another plugin."""
    (preset.parent / name).write_text(code, encoding="utf-8")
    preset.write_text(PRESET.replace("my_plugin.py", name), encoding="utf-8")
    return preset


def scores_after(preset: Preset, backend: str) -> dict[str, float]:
    """Of the validation part, after a training."""
    events = [e for e in tuidl.train(preset, backend=backend) if isinstance(e, EpochEnded)]
    return events[-1].validation


def tuidl_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tuidl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


# --- what plugins can do --------------------------------------------------------------------------


def test_the_example_of_the_page_trains_and_its_gradients_are_right(preset: Path) -> None:
    loaded = load_preset(preset, allow_plugins=True)
    checks = check_gradients(loaded)
    assert {check.name for check in checks} >= {"scale_1.factor", "dense_1.kernel"}
    assert all(check.missed == 0 for check in checks)
    scores = [scores_after(loaded, name)["loss"] for name in ("cpu", "numpy")]
    np.testing.assert_allclose(*scores, rtol=1e-3)
    assert scores[0] < 0.2


def test_its_kernels_are_not_kept_in_the_cache(preset: Path) -> None:
    model = tuidl.build(load_preset(preset, allow_plugins=True))
    model.require_prepared()
    folder = cache_folder()
    assert KERNELS["log_cosh"].is_compiled(np.dtype("float32"))
    assert folder is None or not any(folder.glob("*/*.log_cosh-*"))


def test_reading_such_a_preset_loads_no_compiler(preset: Path) -> None:
    code = (
        "import sys, tuidl\n"
        f"tuidl.load_preset({str(preset)!r}, allow_plugins=True)\nprint('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_trained_plugin_is_exported_to_numpy(preset: Path, tmp_path: Path) -> None:
    model = tuidl.build(load_preset(preset, allow_plugins=True))
    done = export(model.preset, model.parameters, "numpy", tmp_path / "out")
    assert done.largest_difference is not None
    pytest.importorskip("onnx")
    with pytest.raises(TuidlError, match="no translation of the layer 'scale'"):
        export(model.preset, model.parameters, "onnx", tmp_path / "out")


def test_torch_and_onnx_where_the_file_has_them(preset: Path, tmp_path: Path) -> None:
    path = changed(preset, "whole.py", PLUGIN + EXPORTS)
    model = tuidl.build(load_preset(path, allow_plugins=True))
    module = torch_program.module(model.program.graph)
    assert "self.scale_1 = ScaleModule(3)" in module
    for name in ("torch", "onnx"):
        if missing([*FORMATS[name].needs, *FORMATS[name].judges]):
            continue
        done = export(model.preset, model.parameters, name, tmp_path / name)
        assert done.largest_difference is not None


def test_metrics_and_optimizers_too(preset: Path) -> None:
    path = changed(preset, "more.py", PLUGIN + MORE)
    text = path.read_text(encoding="utf-8").replace('"adam"', '"slow"')
    path.write_text(text + 'metrics = ["half_mae", "mae"]\n', encoding="utf-8")
    loaded = load_preset(path, allow_plugins=True)
    scores = scores_after(loaded, "numpy")
    assert scores["half_mae"] == pytest.approx(scores["mae"] / 2)
    path.write_text(text + 'metrics = ["haf_mae"]\n', encoding="utf-8")
    with pytest.raises(PresetError, match=r"training.metrics\[0\]: no 'haf_mae'"):
        load_preset(path, allow_plugins=True)


def test_an_installed_plugin_needs_no_permission(
    preset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Point:
        name = "mine"

        @staticmethod
        def load() -> ModuleType:
            module = ModuleType("my_package")
            exec(PLUGIN, module.__dict__)
            return module

    asked: list[str] = []
    monkeypatch.setattr(loading, "entry_points", lambda group: asked.append(group) or [Point])
    loading.load_installed.cache_clear()
    load_preset("mlp_xor")
    assert asked == [], "presets of tuidl's own kinds need not look for plugins"
    preset.write_text(PRESET.replace('plugins = ["my_plugin.py"]\n', ""), encoding="utf-8")
    assert load_preset(preset).layers[0].kind() == "scale"
    assert asked == ["tuidl.plugins"]
    loading.load_installed.cache_clear()


# --- runs -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_keeps_the_plugin_and_goes_on_with_it(preset: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = ("--no-ui", "--allow-plugins", "--backend", "numpy")
    done = tuidl_command(preset, *options, "--out", run)
    assert done.returncode == 0, done.stderr
    assert (run / "my_plugin.py").read_text(encoding="utf-8") == PLUGIN
    preset.unlink()
    (preset.parent / "my_plugin.py").unlink()
    done = tuidl_command("verify", run, "--allow-plugins")
    assert done.returncode == 0, done.stderr
    refused = tuidl_command("verify", run)
    assert refused.returncode == 2
    assert "'my_plugin.py'" in refused.stderr
    assert "--allow-plugins" in refused.stderr
    with (run / "my_plugin.py").open("a") as file:
        file.write("# changed\n")
    with permission.allowing(True), pytest.raises(RunError, match="changed since the run began"):
        RunFolder(run).preset  # noqa: B018


# --- what they cannot -----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["train", "show", "gradcheck"])
def test_nothing_runs_without_the_option(command: str, preset: Path) -> None:
    ran = preset.parent / "ran"
    (preset.parent / "my_plugin.py").write_text(f"open({str(ran)!r}, 'w')\n{PLUGIN}")
    more = ["--no-ui", "--no-keep"] if command == "train" else []
    done = tuidl_command(command, preset, *more)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert all(part in done.stderr for part in ("my.toml", "my_plugin.py", "--allow-plugins"))
    assert not ran.exists()


def test_permission_for_one_preset_is_none_for_the_next(preset: Path) -> None:
    load_preset(preset, allow_plugins=True)
    with pytest.raises(PresetError, match="allow_plugins=True"):
        load_preset(preset)
    assert permission.flags() == []


def test_processes_get_the_permission_of_the_one_that_starts_them() -> None:
    from tuidl.tui.services import child_output
    from tuidl.tui.session import engine

    assert permission.FLAG not in engine.command_line()
    with permission.allowing(True):
        assert engine.command_line()[-1] == permission.FLAG
        assert child_output.command_line("export", "run")[-1] == permission.FLAG


@pytest.mark.slow
def test_the_engine_process_runs_none_unless_it_is_started_so(preset: Path) -> None:
    load = commands.Load(
        preset=PRESET, folder=str(preset.parent), backend="numpy", paused=False, number=1
    )
    given = msgspec.json.encode(load) + b"\n"
    said = []
    for flags in ([], [permission.FLAG]):
        command = module_command("tuidl.worker", *flags)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(given)
            process.stdin.flush()
            ends = (b'"refused"', b'"run_ended"', b'"run_failed"')
            lines = iter(process.stdout.readline, b"")
            said.append(next(line for line in lines if any(end in line for end in ends)))
            process.stdin.close()
    assert b"--allow-plugins" in said[0]
    assert b'"key":"plugins[0]"' in said[0]
    assert b'"run_ended"' in said[1]


@pytest.mark.parametrize(
    "name",
    ["../my_plugin.py", "/tmp/my_plugin.py", "./my_plugin.py", "a/b.py", "my_plugin", "",
     "my_plugin.pyc", "..", "my_plugin.py\\n", ".py", "my-plugin.py", "C:my_plugin.py", "mÿ.py",
     "my_plugin.py "],
)  # fmt: skip
def test_only_plain_names_are_taken(name: str, preset: Path) -> None:
    preset.write_text(PRESET.replace("my_plugin.py", name), encoding="utf-8")
    with pytest.raises(PresetError, match=r"plugins\[0\]: .* is not the name of a Python file"):
        load_preset(preset, allow_plugins=True)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("x = (", "line 1: SyntaxError"),
        ("x = 1\nraise SystemExit(3)", "line 2: SystemExit"),
        ("import no_such_module", "line 1: ModuleNotFoundError"),
        ("x = 1", "brings no layer"),
        (PLUGIN.replace('tag="scale"', 'tag="dense"'), "'dense' is taken"),
        (PLUGIN.replace("scale_rows", "copy"), "a plugin's kernel is called 'copy'"),
        (PLUGIN + "\noracle(math.exp)(scale)", "an oracle for 'exp'"),
        ("\0", "SyntaxError|ValueError"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_in_a_line(
    code: str, problem: str, preset: Path
) -> None:
    with pytest.raises(PresetError, match=problem) as caught:
        load_preset(changed(preset, "wrong.py", code), allow_plugins=True)
    assert "\n" not in str(caught.value)
    assert "wrong.py" in str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("(shape[-1],), ", "(shape[9],), ", r"layers\[0\]: 'scale': IndexError"),
        ("shape=(3,), outputs=1", "shape=3 / 0, outputs=1", "data: 'ramps': ZeroDivisionError"),
    ],
)
def test_what_its_records_raise_is_said_in_a_line(
    right: str, wrong: str, problem: str, preset: Path
) -> None:
    assert right in PLUGIN
    path = changed(preset, "wrong.py", PLUGIN.replace(right, wrong))
    with pytest.raises(PresetError, match=problem):
        Graph.build(load_preset(path, allow_plugins=True))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_links_pipes_and_large_files_are_refused(preset: Path) -> None:
    folder = preset.parent
    (folder / "link.py").symlink_to(folder / "my_plugin.py")
    os.mkfifo(folder / "pipe.py")
    (folder / "large.py").write_bytes(b"#" * (loading.LARGEST + 1))
    for name in ("link.py", "pipe.py", "large.py", "none.py"):
        preset.write_text(PRESET.replace("my_plugin.py", name), encoding="utf-8")
        with pytest.raises(PresetError, match=name):
            load_preset(preset, allow_plugins=True)


def test_another_preset_has_nothing_of_it(preset: Path) -> None:
    load_preset(preset, allow_plugins=True)
    preset.write_text(PRESET.replace('plugins = ["my_plugin.py"]\n', ""), encoding="utf-8")
    with pytest.raises(PresetError, match="no 'ramps'"):
        load_preset(preset, allow_plugins=True)


def test_a_file_that_failed_can_be_mended(preset: Path) -> None:
    file = preset.parent / "my_plugin.py"
    kernels = dict(KERNELS)
    file.write_text(PLUGIN + "\nraise ValueError('not yet')\n", encoding="utf-8")
    with pytest.raises(PresetError, match="not yet"):
        load_preset(preset, allow_plugins=True)
    assert kernels == KERNELS
    file.write_text(PLUGIN, encoding="utf-8")
    assert load_preset(preset, allow_plugins=True)
    assert [KERNELS[name].opcode for name in NAMES] == list(range(len(NAMES)))


def test_a_file_that_has_changed_is_not_mixed_with_what_ran(preset: Path) -> None:
    load_preset(preset, allow_plugins=True)
    assert load_preset(preset, allow_plugins=True)
    (preset.parent / "my_plugin.py").write_text(PLUGIN + "\n# changed\n", encoding="utf-8")
    with pytest.raises(PresetError, match="start tuidl again"):
        load_preset(preset, allow_plugins=True)
