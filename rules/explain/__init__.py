"""Why a subject fired, or why not, in words: never decided here, only told (wire.md, `il2watch explain`)."""

from rules.explain.as_lines import lines
from rules.explain.as_wire import wire
from rules.explain.explanation import Explanation
from rules.explain.names import UnknownSubject
from rules.explain.subject import explain

__all__ = ["Explanation", "UnknownSubject", "explain", "lines", "wire"]
