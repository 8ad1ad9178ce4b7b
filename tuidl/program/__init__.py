"""Graph -> Program: instructions, memory layout, and the rows that a backend runs."""

from tuidl.program.program import Program, compile_program
from tuidl.program.routine import Routine, Rows

__all__ = ["Program", "Routine", "Rows", "compile_program"]
