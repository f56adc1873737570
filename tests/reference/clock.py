"""Instants as whole half-milliseconds: even is the instant itself, odd is "right after it" (criteria.md 1).
"""

from datetime import UTC, datetime

MS = 2
MINUTE = 60_000 * MS
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def parse(text: str) -> int:
    """The instant of an RFC 3339 text; fractions below a millisecond are cut.

    Raises ValueError without an offset.
    """
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        raise ValueError(f"no offset: {text}")
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000) * MS


def show(instant: int | None) -> str | None:
    """The instant as printed: UTC, Z, milliseconds only when they are not zero; "right after" prints as the
    limit.
    """
    if instant is None:
        return None
    seconds, ms = divmod(instant // MS, 1000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{ms:03d}Z" if ms else f"{text}Z"


def itself(instant: int) -> int:
    """The instant without its "right after"."""
    return instant - instant % MS
