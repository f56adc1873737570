"""Text from outside, made safe to print: a patient id must not move the cursor, colour the screen or break a line."""


def plain(text: object) -> str:
    """The text with every character that is not printable written as an escape (`\\x1b`)."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in str(text))


def encodable(text: str, encoding: str | None) -> str:
    """The text as the stream can carry it: what it cannot is written as an escape, never an error."""
    name = encoding or "ascii"
    return text.encode(name, "backslashreplace").decode(name)
