"""One step explained: its phases, their formulas, and the numbers of a real batch."""
