"""A dead letter: the refused record as it came, and the headers that say where it stood and why it was
refused (wire.md, Topics: `il2.deadletters`)."""

from __future__ import annotations

from collections.abc import Iterable

PREFIX = "__streams.errors."
EXCEPTION, MESSAGE, REASON = PREFIX + "exception", PREFIX + "message", PREFIX + "reason"
TOPIC, PARTITION, OFFSET = PREFIX + "topic", PREFIX + "partition", PREFIX + "offset"

Headers = list[tuple[str, bytes]]


def dead_letter_headers(
    topic: str, partition: int, offset: int, reason: str, message: str, exception: str = ""
) -> Headers:
    """Return the headers of a record refused at `topic`/`partition`/`offset`.

    All values are UTF-8 text, numbers in decimal. `reason`: one of wire.md's; `message`: one line for people;
    `exception`: the class that was raised, or empty.
    """
    said = {
        EXCEPTION: exception,
        MESSAGE: message,
        TOPIC: topic,
        PARTITION: str(partition),
        OFFSET: str(offset),
        REASON: reason,
    }
    return [(name, text.encode("utf-8", "backslashreplace")) for name, text in said.items()]


def read(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """The same headers back as text, by their full names; others are left out, the last of a name counts."""
    return {
        name: (value or b"").decode("utf-8", "replace") for name, value in headers if name.startswith(PREFIX)
    }
