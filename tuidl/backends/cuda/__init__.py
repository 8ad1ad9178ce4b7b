"""The GPU backend: the same programs on numba.cuda. Imported only where somebody asks for it."""
