"""Scripts that train the measured systems with other people's libraries, each in its own interpreter."""
