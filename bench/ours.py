"""``python -m bench.ours CASE.json THREADS [BACKEND]``: tuidl as a process that is measured."""

import os
import subprocess
import sys
from functools import partial

from bench.peers.protocol import DESCRIBE, Made, Way, serve, started_as
from tuidl.core.children import child_environment, module_command
from tuidl.core.environment import prepare_environment
from tuidl.core.version import __version__

PATH = "PYTHONPATH"
COMPILED = "BENCH_COMPILED"
"""Set where this process has begun anew with all kernels in the cache."""


def main() -> None:
    case, threads, options = started_as()
    prepare_environment(threads)
    from bench.cases import Case
    from bench.measure import prepared, ways
    from tuidl.core.limits import FLOAT_BYTES
    from tuidl.training.profiling import program_flops

    backends = [option for option in options if option != DESCRIBE]
    preset = Case.of_record(case).load()
    model = prepared(preset, threads, *backends)
    if not getattr(model.engine, "from_cache", True) and COMPILED not in os.environ:
        _begin_anew()
    program = model.program
    makers = ways(model, threads, case["work"])
    serve(
        f"tuidl {__version__}",
        {name: partial(_made, way, program.graph.parameter_count) for name, way in makers.items()},
        case["seconds"],
        flops=program_flops(program.train),
        batch=program.batch,
        arena=FLOAT_BYTES * program.size,
    )


def _made(way: Way, parameters: int) -> Made:
    return way, parameters


def _begin_anew() -> None:
    """Have another process measure: what compiling took of the memory is not the training's."""
    command = module_command("bench.ours", *sys.argv[1:])
    sys.exit(
        subprocess.run(
            command, env=child_environment(**{COMPILED: "1", PATH: os.environ.get(PATH, "")})
        ).returncode
    )


if __name__ == "__main__":
    main()
