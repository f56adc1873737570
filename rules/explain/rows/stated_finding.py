"""Explain a charted state that other findings say too: as one that is charted by itself."""

from rules.explain.rows.persistent_finding import explain

__all__ = ["explain"]
