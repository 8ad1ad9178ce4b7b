"""What screens work with: the session, actions on stored runs, ways to other screens."""
