"""Answers to probes: small pictures of what a network does, taken between two steps."""
