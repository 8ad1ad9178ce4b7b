"""The weights that every shipped preset ends with: recorded once, compared bit by bit later.

    python -m bench.bits record FILE [--data FOLDER]
    python -m bench.bits check FILE [--data FOLDER]

Trains every preset for 3 epochs with seeds 1 and 2, those on MNIST and CIFAR-10 on 2,000 examples,
and takes ``weights_sha256`` from the last event. The cpu backend trains all of them, the numpy
backend those on small data. ``record`` writes the hashes into FILE, with the processor, versions
and the commit; ``check`` trains again, names every hash that differs, and ends with 1 if any does.
Bits depend on the processor (the width of its vectors, the kernels that its BLAS takes) and on
versions: where those of FILE are others, ``check`` says so and ends with 3 in place of 1.

It knows the command line alone (``python -m tuidl`` in the current folder), so that it stays the
same whatever becomes of the modules. FOLDER holds ``mnist`` and ``cifar-10-batches-bin``; by
default TUIDL_DATA_DIR.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

PRESETS = Path(__file__).parents[1] / "presets"
EPOCHS = 3
SEEDS = (1, 2)
EXAMPLES = 2000
LARGE = ("mnist", "cifar10")
PACKAGES = ("numpy", "numba", "llvmlite", "scipy")
DIFFERENT, ELSEWHERE = 1, 3
"""Exit codes: hashes differ; they differ, but were recorded on another machine or versions."""

Hashes = dict[str, dict[str, dict[str, str]]]
"""By backend, preset and seed."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.bits", description=__doc__)
    parser.add_argument("action", choices=["record", "check"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, help="folder of MNIST and CIFAR-10: TUIDL_DATA_DIR")
    chosen = parser.parse_args()
    if chosen.data:
        os.environ["TUIDL_DATA_DIR"] = str(chosen.data.resolve())
    known = None if chosen.action == "record" else json.loads(chosen.file.read_text())
    found = {"commit": _commit(), "machine": machine(), "hashes": hashes()}
    if known is not None:
        return compare(known, found)
    chosen.file.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def machine() -> dict[str, str]:
    """What bits depend on besides the code."""
    from llvmlite import binding

    return {
        "cpu": _processor(),
        "llvm_cpu": binding.get_host_cpu_name(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def hashes() -> Hashes:
    found: Hashes = {"cpu": {}, "numpy": {}}
    for backend, name, large in _cases():
        for seed in SEEDS:
            value = trained(name, seed, backend, large)
            found[backend].setdefault(name, {})[str(seed)] = value
            print(f"{backend:6} {name:28} {seed} {value[:16]}", file=sys.stderr, flush=True)
    return found


def _cases() -> Iterator[tuple[str, str, bool]]:
    """Backend, preset, and whether its data are large."""
    for path in sorted(PRESETS.glob("*.toml")):
        large = tomllib.loads(path.read_text())["data"]["source"] in LARGE
        yield "cpu", path.stem, large
        if not large:
            yield "numpy", path.stem, large


def trained(name: str, seed: int, backend: str, large: bool) -> str:
    """The hash of the weights after three epochs.

    Raises
    ------
    SystemExit
        Where training fails, with what it wrote to stderr.
    """
    sets = [f"training.epochs={EPOCHS}"]
    if large:
        sets += [f"data.examples={EXAMPLES}", f"data.test_examples={EXAMPLES}"]
    options = [word for text in sets for word in ("--set", text)]
    command = [sys.executable, "-m", "tuidl", "train", name, "--no-ui", "--json", "--no-keep"]
    done = subprocess.run(
        [*command, "--backend", backend, "--seed", str(seed), *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    if done.returncode or "weights_sha256" not in last:
        raise SystemExit(f"{name}, seed {seed}, {backend}: {done.stderr or last}")
    return str(last["weights_sha256"])


def compare(known: dict[str, Any], found: dict[str, Any]) -> int:
    """Print what differs; the exit code."""
    old, new = _rows(known["hashes"]), _rows(found["hashes"])
    print(f"recorded at {known['commit']}, checked at {found['commit']}")
    changed = [row for row in sorted(old.keys() | new.keys()) if old.get(row) != new.get(row)]
    for row in changed:
        backend, name, seed = row
        values = f"{old.get(row, 'not recorded'):.16} -> {new.get(row, 'not trained'):.16}"
        print(f"DIFFERS  {backend:6} {name:28} seed {seed}  {values}")
    print(f"{len(old.keys() & new.keys()) - len([r for r in changed if r in old and r in new])} "
          f"of {len(old)} hashes are the same")  # fmt: skip
    there, here = known["machine"], found["machine"]
    elsewhere = [key for key in sorted(there | here) if there.get(key) != here.get(key)]
    for key in elsewhere:
        print(f"another {key}: {there.get(key)} -> {here.get(key)}")
    if changed and elsewhere:
        print("recorded elsewhere: other bits are no fault of the code; record the old code here")
        return ELSEWHERE
    return DIFFERENT if changed else 0


def _rows(known: Hashes) -> dict[tuple[str, str, str], str]:
    return {
        (backend, name, seed): value
        for backend, presets in known.items()
        for name, seeds in presets.items()
        for seed, value in seeds.items()
    }


def _processor() -> str:
    """As Linux names it, with family, model and stepping, which tell namesakes apart."""
    try:
        text = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return platform.processor()
    fields = {key.strip(): value.strip() for key, _, value in
              (line.partition(":") for line in text.splitlines())}  # fmt: skip
    numbers = "/".join(fields.get(key, "?") for key in ("cpu family", "model", "stepping"))
    return f"{fields.get('model name', platform.machine())} ({numbers})"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


if __name__ == "__main__":
    sys.exit(main())
