"""Many trainings of one preset with other settings: a sweep file in, a table of trials out."""
