"""The GPU backend: in the simulator, as PTX, and where there is one on a GPU."""
