"""Define the errors that a user can correct: one clear line, never a traceback."""


class UsageError(Exception):
    """A wrong argument, file or configuration.

    Its text names the thing, the place and the remedy; the command exits 2.
    """


class Unanswered(UsageError):
    """No broker answers: nothing is wrong with what was asked, and the command exits 3."""
