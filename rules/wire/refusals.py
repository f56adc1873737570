"""Name the reasons why a record, or one reading of it, is refused (wire.md, What is refused)."""

from typing import Final, NoReturn

import msgspec

MALFORMED: Final = "malformed"
WRONG_KEY: Final = "wrong-key"
WRONG_PARTITION: Final = "wrong-partition"
BAD_UNIT: Final = "bad-unit"
NEEDS_WEIGHT: Final = "needs-weight"  # found only against the chart, where the weights are
FROM_THE_FUTURE: Final = "from-the-future"
BAD_TIME: Final = "bad-time"
UNKNOWN_CODE: Final = "unknown-code"
AMBIGUOUS: Final = "ambiguous"  # two values of one code in one record
BAD_RANGE: Final = "bad-range"  # a reference range that is none
IMPLAUSIBLE: Final = "implausible"  # found only against the guideline, where the ranges are
ID_CONFLICT: Final = "id-conflict"  # found only against the chart, where the ids are
CANNOT_BE_WORKED_OFF: Final = "cannot-be-worked-off"  # found only by deciding

# Found only by the feeds, in what hospital systems send (docs/spec/feeds.md, Dead letters).
UNMAPPED: Final = "unmapped"
CODE_DISAGREES: Final = "code-disagrees"
NOT_A_NUMBER: Final = "not-a-number"
UNASSOCIATED: Final = "unassociated"
UNKNOWN_CHARSET: Final = "unknown-charset"
UNSUPPORTED: Final = "unsupported"
TOO_LARGE: Final = "too-large"

WHEN_FOLDED = {
    NEEDS_WEIGHT: (
        "this amount needs the patient's weight, and none is known; chart a weight or a baseline, or the "
        "amount per kg"
    ),
    ID_CONFLICT: (
        "another record has this id and says something else: the first one stands; send each record under "
        "an id of its own, and a correction with status corrected"
    ),
    FROM_THE_FUTURE: (
        "it was known more than 31 days after the record before it; set the sender's clock, or say --gaps "
        "if the jump is meant"
    ),
}
"""What is refused only when a record is folded into a chart, in words."""

COUNTED = (UNKNOWN_CODE, BAD_RANGE)
"""What is counted and refuses nothing."""

_LONGEST_WORD = 60
_LONGEST_MESSAGE = 300
_LONGEST_CODE = 128


class Problem(msgspec.Struct, frozen=True):
    """Something that is not used: the reason on the wire, and one plain line for people.

    `code`: the code of the reading; None: the whole record.
    """

    reason: str
    message: str
    code: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether it belongs among the dead letters.

        An unknown code does not: it stays in the topic and is only counted (wire.md, Labs codes); nor does
        a reference range that is none (criteria.md 8).
        """
        return self.reason not in COUNTED


class Refused(Exception):
    """An error that ends the decoding of a record that is refused whole."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def problem(reason: str, message: str, code: str | None = None) -> Problem:
    """Return a problem in one printable line of bounded length, whatever the record contained."""
    line = "".join(letter if letter.isprintable() else "?" for letter in message[:_LONGEST_MESSAGE])
    return Problem(reason, line, code[:_LONGEST_CODE] if code else code)


def refuse(reason: str, message: str) -> NoReturn:
    """Refuse the whole record: raises `Refused`."""
    raise Refused(problem(reason, message))


def quoted(value: object) -> str:
    """Return a value of the record as a message may quote it: escaped and cut short."""
    escaped = repr(value)
    return escaped if len(escaped) <= _LONGEST_WORD else escaped[:_LONGEST_WORD] + "..."
