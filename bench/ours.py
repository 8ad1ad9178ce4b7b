"""``python -m bench.ours SYSTEM THREADS [BACKEND]``: tuidl as a process that is measured."""

from bench.peers.protocol import serve, started_as
from tuidl.core.environment import prepare_environment
from tuidl.core.version import __version__


def main() -> None:
    system, threads, backends = started_as()
    prepare_environment(threads)
    from bench.measure import prepared, ways
    from bench.systems import SYSTEMS
    from tuidl.training.profiling import program_flops

    model = prepared(SYSTEMS[system].preset(), threads, *backends)
    program = model.program
    serve(
        f"tuidl {__version__}",
        program.graph.parameter_count,
        ways(model, threads),
        flops=program_flops(program.train),
        batch=program.batch,
    )


if __name__ == "__main__":
    main()
