"""Every subject that can be explained, by its public name; an unknown one is refused with the nearest."""

from difflib import get_close_matches

from rules.guideline.edition import Guideline
from rules.subjects import HYPOTENSION, RECOMMENDATION

MONITORING = "monitoring/"
STOP_RULE = "stop-rule:"
DOSE = "dose"
NEAREST = 3


class UnknownSubject(ValueError):
    """No such subject. `name`: what was asked for; `nearest`: names that look like it."""

    def __init__(self, name: str, nearest: list[str]) -> None:
        self.name, self.nearest = name, nearest
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else KINDS
        super().__init__(f"no subject {name!r}; {hint}")


KINDS = f"a subject is a criterion, an advice, {MONITORING}WHAT, {STOP_RULE}RULE, {HYPOTENSION}, {RECOMMENDATION} or {DOSE}"


def subjects(guideline: Guideline) -> list[str]:
    """All names, in the order in which they are decided."""
    return [
        *(row.code for row in guideline.rows),
        HYPOTENSION,
        *(advice.code for advice in guideline.advice),
        *(MONITORING + observed.what for observed in guideline.observations),
        RECOMMENDATION,
        *(STOP_RULE + rule.rule for rule in guideline.stop_rules),
        DOSE,
    ]


def check(name: str, guideline: Guideline) -> None:
    """Raises UnknownSubject unless the guideline has it."""
    known = subjects(guideline)
    if name not in known:
        raise UnknownSubject(name, get_close_matches(name, known, n=NEAREST))
