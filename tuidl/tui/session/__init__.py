"""The engine process, the run that it trains, and what the screen knows of both."""
