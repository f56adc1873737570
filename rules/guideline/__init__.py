"""The guideline as data, in the paper's order: one module an organ system, one declaration a row."""

from rules.guideline.edition import SCHWARTZENTRUBER_2001, Guideline

__all__ = ["SCHWARTZENTRUBER_2001", "Guideline"]
