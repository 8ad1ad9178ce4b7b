"""``python -m bench.peak``: the fastest that large matrices are multiplied, operations a second.

NumPy's BLAS reads how many threads it may use from OPENBLAS_NUM_THREADS.
"""

from tuidl.training.profiling import product_speed

SIDE, ATTEMPTS = 512, 300


def main() -> None:
    print(product_speed(SIDE, ATTEMPTS))


if __name__ == "__main__":
    main()
