"""Runs exported programs and ONNX files in a process of its own, without tuidl.

Reads a JSON list of [export, inputs.npy, outputs.npy] from stdin; writes the outputs, and a JSON
list to stdout: for each export None, or what went wrong.
"""

import importlib.util
import json
import sys
import traceback
from typing import Any

import numpy as np


def outputs_of(path: str, x: Any) -> Any:
    """What the export at ``path`` answers to the network's inputs ``x``."""
    if path.endswith(".onnx"):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors only
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: x})[0]
    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.predict(x)


def main() -> None:
    problems: list[str | None] = []
    for path, inputs, outputs in json.load(sys.stdin):
        try:
            np.save(outputs, outputs_of(path, np.load(inputs, allow_pickle=False)))
            problems.append(None)
        except Exception:  # each export's trouble is its own
            problems.append(traceback.format_exc())
    if "tuidl" in sys.modules:
        raise SystemExit("an exported program has loaded tuidl")
    json.dump(problems, sys.stdout)


if __name__ == "__main__":
    main()
