"""`il2watch silence expire`: ends a silence; what it held back is paged."""

from __future__ import annotations

from streams.commands import options
from streams.commands.connecting import broker_of, connection
from streams.commands.saying import now, saying, who
from streams.errors import UsageError

SAYS = "Ends a silence before its time; what is open and was held back by it is paged at once. ID is what silence ls shows."
EXAMPLE = '  il2watch silence expire 5f0c... --by rn-15 --reason "phenylephrine off"'


def parser() -> options.Parser:
    command = options.parser("silence expire", SAYS, EXAMPLE)
    command.add_argument("silence", metavar="ID", help="the silence's id")
    saying(command)
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Sends the command and says so. Raises UsageError when no such silence stands."""
    chosen = parser().parse_args(arguments)
    from streams.load import tell
    from streams.pager import lookup, send, sending

    broker, at = broker_of(chosen), now()
    found = next((one for one in lookup.standing(broker, at) if one.id == chosen.silence), None)
    if found is None:
        raise UsageError(f"no silence {chosen.silence!r} stands; il2watch silence ls shows those that do")
    sending.through(broker, send.expiry(found.patient, found.id, found.subject, found.level, who(chosen), at))
    tell(f"il2watch: {found.subject} is silent no more")
    return 0
