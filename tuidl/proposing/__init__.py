"""From a file of data to a preset: facts in, settings with their reasons out."""
