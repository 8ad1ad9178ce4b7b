"""Answers to probes: small pictures of what a network does, taken between two steps."""

from tuidl.probes.answer import answer

__all__ = ["answer"]
