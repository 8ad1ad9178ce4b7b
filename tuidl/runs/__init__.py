"""Runs that are kept: recording, resuming, comparing and verifying them."""
