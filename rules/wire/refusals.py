"""Say why a record, or one reading of it, is refused (wire.md, What is refused)."""

from typing import Final, NoReturn

import msgspec

MALFORMED: Final = "malformed"
WRONG_KEY: Final = "wrong-key"
BAD_UNIT: Final = "bad-unit"
NEEDS_WEIGHT: Final = "needs-weight"  # found only against the chart, where the weights are
FROM_THE_FUTURE: Final = "from-the-future"
BAD_TIME: Final = "bad-time"
UNKNOWN_CODE: Final = "unknown-code"

_LONGEST_WORD = 60
_LONGEST_MESSAGE = 300
_LONGEST_CODE = 128


class Problem(msgspec.Struct, frozen=True):
    """One thing that is not used: the reason on the wire, one plain line for people, and the code of the
    reading (None: the record).
    """

    reason: str
    message: str
    code: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether it belongs among the dead letters: an unknown code is kept in the log and only counted
        (wire.md, Labs codes).
        """
        return self.reason != UNKNOWN_CODE


class Refused(Exception):
    """Ends the reading of a record that is refused whole."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def problem(reason: str, message: str, code: str | None = None) -> Problem:
    """A problem in one printable line of bounded length, whatever the record held."""
    line = "".join(letter if letter.isprintable() else "?" for letter in message[:_LONGEST_MESSAGE])
    return Problem(reason, line, code[:_LONGEST_CODE] if code else code)


def refuse(reason: str, message: str) -> NoReturn:
    """Raises `Refused` for the whole record."""
    raise Refused(problem(reason, message))


def quoted(value: object) -> str:
    """A value from the record as it may stand in a message: escaped and cut short."""
    drawn = repr(value)
    return drawn if len(drawn) <= _LONGEST_WORD else drawn[:_LONGEST_WORD] + "..."
