"""Presets: the one configuration there is, read from TOML and written to it."""
