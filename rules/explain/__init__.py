"""Explanations: why a subject tripped or did not, in words.

Nothing is decided here (wire.md, `il2watch explain`).
"""

from rules.explain.explanation import Explanation
from rules.explain.question import UnknownSubject
from rules.explain.render import lines, wire
from rules.explain.subject import explain

__all__ = ["Explanation", "UnknownSubject", "explain", "lines", "wire"]
