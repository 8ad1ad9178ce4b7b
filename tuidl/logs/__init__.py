"""Logs of training runs, ours and other programs': JSON lines with a step and numbers."""
