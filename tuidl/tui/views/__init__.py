"""Views: what the training screen shows in its middle, one at a time."""
