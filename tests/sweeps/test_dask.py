"""Sweeps on a real Dask cluster: a scheduler and workers in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.sweeps.test_sweeps import PRESET, SWEEP, carry_out, folder_of, own_runs  # noqa: F401
from tuidl.cli import cli
from tuidl.core.errors import RunError, SaveError
from tuidl.storage.folder import RunFolder
from tuidl.storage.locations import runs_folder
from tuidl.sweeps import remote
from tuidl.sweeps.coordinator import Coordinator
from tuidl.sweeps.folder import SweepFolder
from tuidl.sweeps.jobs import Answer, Job
from tuidl.sweeps.records import Advanced, Ended

pytestmark = pytest.mark.usefixtures("own_runs")

ROOT = Path(__file__).parents[2]
PATIENT = {f"DASK_DISTRIBUTED__COMM__TIMEOUTS__{name}": "600s" for name in ("CONNECT", "TCP")}
"""On a busy machine the parts of a cluster do not hear from each other for long."""


def test_files_of_a_run_travel_and_replace_what_was_there(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "checkpoints" / "a").write_bytes(b"old")
    (run / ".lock").write_bytes(b"")
    assert remote.read_files(run) == {"checkpoints/a": b"old"}
    assert remote.read_files(tmp_path / "none") == {}
    remote.write_files(run, {"run.json": b"{}", "checkpoints/b": b"new"})
    assert remote.read_files(run) == {"run.json": b"{}", "checkpoints/b": b"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "", "..\\out"])
def test_a_worker_cannot_write_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(SaveError, match="a worker sent a file called"):
        remote.write_files(tmp_path / "run", {name: b""})
    assert not (tmp_path / "out").exists()


def test_a_worker_of_another_version_trains_nothing() -> None:
    job = Job(preset="", folder=".", run="/nowhere/run", epochs=1, threads=1)
    parcel = remote.carry_out(job, {}, "0.0.1", False)
    assert parcel.version
    assert parcel.answer == Answer()


class Cluster:
    """A scheduler, and workers that can be killed."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        said = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(said),
        )  # fmt: skip
        while not said.exists() or not said.read_text().endswith("}"):
            assert self.scheduler.poll() is None
            time.sleep(0.02)
        self.address = str(json.loads(said.read_text())["address"])
        self.workers = [self.add_worker() for _ in range(workers)]

    def add_worker(self) -> "subprocess.Popen[bytes]":
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self._folder),
        )  # fmt: skip

    def _start(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments],
            cwd=self._folder, env={**os.environ, **PATIENT, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    made = Cluster(tmp_path, workers=2)
    yield made
    made.close()


def on_dask(folder: SweepFolder, cluster: Cluster, kill_after: tuple[int, ...] = ()) -> Ended:
    from tuidl.sweeps.dask_pool import DaskPool

    last = None
    with DaskPool(cluster.address) as pool:
        coordinator = Coordinator(folder, pool)
        for number, event in enumerate(coordinator.run()):
            if number in kill_after:
                cluster.workers.pop(0).send_signal(signal.SIGKILL)
                cluster.workers.append(cluster.add_worker())
            last = event
    assert isinstance(last, Ended)
    return last


@pytest.mark.slow
def test_a_cluster_comes_to_the_same_table_though_workers_die(cluster: Cluster) -> None:
    table, local = carry_out(folder_of())
    ended = on_dask(folder_of(), cluster, kill_after=(1, 4))
    assert ended.sha256 == local.sha256
    best = next(trial for trial in table if trial.trial == ended.best)
    runs = [path for path in runs_folder().iterdir() if path.name.endswith(best.runs[0][-5:])]
    hashes = {RunFolder(path).outcome.weights_sha256 for path in runs}  # type: ignore[union-attr]
    assert len(runs) == 2
    assert hashes == set(best.weights_sha256)


@pytest.mark.slow
def test_a_scheduler_that_dies_is_said_and_the_sweep_goes_on_elsewhere(cluster: Cluster) -> None:
    from tuidl.sweeps.dask_pool import DaskPool

    folder = folder_of()
    with DaskPool(cluster.address) as pool:
        events = Coordinator(folder, pool).run()
        while not isinstance(next(events), Advanced):
            pass
        cluster.scheduler.kill()
        with pytest.raises(RunError, match="the scheduler is gone"):
            list(events)
    _, resumed = carry_out(folder)
    _, local = carry_out(folder_of())
    assert resumed.sha256 == local.sha256


@pytest.mark.slow
def test_no_scheduler_is_said() -> None:
    pytest.importorskip("distributed")
    from tuidl.sweeps import dask_pool

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dask_pool, "SECONDS_TO_CONNECT", 0.2)
        with pytest.raises(RunError, match=r"--dask tcp://127.0.0.1:9: no scheduler answers"):
            dask_pool.DaskPool("tcp://127.0.0.1:9")
        with pytest.raises(RunError, match="--dask nonsense://x: no scheduler answers"):
            dask_pool.DaskPool("nonsense://x")


@pytest.mark.slow
def test_the_command_line_trains_on_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """In a process of its own, which keeps YAML from Numba; Dask needs it."""
    (tmp_path / "small.toml").write_text(PRESET)
    (tmp_path / "s.toml").write_text(SWEEP)
    command = [sys.executable, "-m", "tuidl", "sweep", "s.toml", "--dask"]
    done = subprocess.run(
        [*command, cluster.address], cwd=tmp_path,
        env={**os.environ, **PATIENT, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    _, local = carry_out(folder_of())
    assert f"table sha256 {local.sha256}" in done.stdout


def test_a_cluster_and_processes_here_exclude_each_other() -> None:
    result = CliRunner().invoke(cli, ["sweep", "s.toml", "--dask", "tcp://h:1", "--workers", "2"])
    assert result.exit_code == 2
    assert "it goes without --dask" in result.stderr
