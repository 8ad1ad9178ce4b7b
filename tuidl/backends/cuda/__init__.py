"""The GPU backend: the same programs on numba.cuda. Imported only when it is chosen."""
