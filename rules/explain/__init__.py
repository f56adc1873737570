"""Why a subject fired, or why not, in words: never decided here, only told (wire.md, `il2watch explain`)."""

from rules.explain.explanation import Explanation
from rules.explain.question import UnknownSubject
from rules.explain.render import lines, wire
from rules.explain.subject import explain

__all__ = ["Explanation", "UnknownSubject", "explain", "lines", "wire"]
