"""What tuidl reaches beside Keras, preset by preset: ``python -m bench.results``."""
