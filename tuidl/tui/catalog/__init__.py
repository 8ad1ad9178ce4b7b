"""The lists of presets and stored runs, and threads that load what is chosen in them."""
