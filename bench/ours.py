"""``python -m bench.ours SYSTEM THREADS``: tuidl as a measured process, beside ``bench/peers``."""

from bench.peers.protocol import serve, started_as
from tuidl import __version__
from tuidl.environment import prepare_environment


def main() -> None:
    system, threads, _ = started_as()
    prepare_environment(threads)
    from bench.measure import prepared, ways
    from bench.systems import SYSTEMS
    from tuidl.profiling import program_flops

    model = prepared(SYSTEMS[system].preset(), threads)
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
