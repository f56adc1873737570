"""When to try again, and whether to: exponential back-off with jitter, Retry-After respected. Pure: time and chance are arguments."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import NamedTuple

MOST_ASKED_S = 900.0
"""A receiver may ask for more rest than this and does not get it: a page cannot wait a day at one server's word."""
PASSING = frozenset({408, 421, 423, 425, 429})
"""Client errors that the same request may not meet again."""
NEVER_SERVED = frozenset({501, 505})
"""Server errors that it would meet again."""


class Backoff(NamedTuple):
    """`first_s` before the second attempt, doubled each time up to `most_s`."""

    first_s: float = 1.0
    most_s: float = 300.0


def wait_s(attempts: int, draw: float, asked_s: float | None = None, backoff: Backoff = Backoff()) -> float:  # noqa: B008 - it is frozen
    """Seconds to leave after so many failed attempts (1: the first failed). `draw`: a random number in [0, 1); `asked_s`: the receiver's Retry-After.

    Between half and the whole of the back-off, so that a thousand pages that failed together do not return together; never before the receiver
    asked for, up to MOST_ASKED_S.
    """
    ceiling = min(backoff.most_s, backoff.first_s * 2.0 ** min(attempts - 1, 64))
    spread = ceiling / 2 + draw * ceiling / 2
    return spread if asked_s is None else max(spread, min(asked_s, MOST_ASKED_S) + draw * ceiling / 2)


def permanent(status: int) -> bool:
    """Whether the same page would be refused again: a redirect (never followed: it could carry the patient elsewhere), most of 4xx, some 5xx."""
    if status in PASSING or status in NEVER_SERVED:
        return status in NEVER_SERVED
    return 300 <= status < 500


def retry_after_s(header: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, whether it says seconds or a date (RFC 9110, 10.2.3). None: no header, or no sense in it.

    `now`: seconds since the Unix epoch. A date that has passed asks for 0.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
