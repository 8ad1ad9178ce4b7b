"""Runs that are kept: their folders, checkpoints and logs."""

from tuidl.runs.files import replace_file

__all__ = ["replace_file"]
