"""The guideline as data, in the paper's order: one module an organ system, one declaration a row.

`settings` applies a site's changes to its numbers.
"""

from rules.guideline.edition import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.settings.document import ConfigError
from rules.guideline.settings.loader import load

__all__ = ["SCHWARTZENTRUBER_2001", "ConfigError", "Guideline", "load"]
