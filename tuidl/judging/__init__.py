"""How good predictions are: scores with intervals and baselines, from arrays alone.

Functions take weights (b, n): how often each example counts in each of b samples. One row of ones
gives the score itself, counts of a bootstrap give its interval, the same counts for two runs their
paired difference.
"""
