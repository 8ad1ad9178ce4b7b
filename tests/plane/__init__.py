"""Tests of the two-dimensional playground's settings."""
