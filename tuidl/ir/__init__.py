"""The intermediate representation of a network: symbolic buffers, and instructions on them."""
