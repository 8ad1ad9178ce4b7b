"""Preset -> graph -> program: instructions, memory plan, and the rows that a backend runs."""
