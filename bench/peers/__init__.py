"""Scripts that train the measured systems with other libraries, each in its own interpreter."""
