"""Thin widgets: they ask a pure chart for lines and show them."""
