"""What can be said of a run in a sentence, and by which rule.

``evidence`` is what the rules look at, ``RULES`` are all of them, and ``found`` asks each. Reports
without a screen and all panels ask here; nowhere else is it decided.
"""

from tuidl.verdicts.evidence import Evidence as Evidence
from tuidl.verdicts.rules import RULES as RULES
from tuidl.verdicts.rules import Finding as Finding
from tuidl.verdicts.rules import Rule as Rule
from tuidl.verdicts.rules import found as found
from tuidl.verdicts.rules import in_lines as in_lines
