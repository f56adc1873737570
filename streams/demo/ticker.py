"""The newest alerts, a line each, cut where the terminal ends: whose, how grave, what happened, and in words what tripped."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from streams.demo.bed import hour
from streams.demo.seen import Alert
from streams.demo.view import View
from streams.show import glyphs
from streams.show.palette import LEVEL
from streams.show.plain import plain
from streams.show.terminal import ascii_only

LEVEL_WIDTH, TRANSITION_WIDTH = 12, 10


def newest(view: View, screen: Console, most: int) -> list[Text]:
    """At most so many lines, the newest first."""
    width = max(map(len, map(plain, view.patients)), default=0)
    return [line(alert, width, screen) for alert in view.newest[-most:][::-1]] if most > 0 else []


def line(alert: Alert, width: int, screen: Console) -> Text:
    """`14:48Z  fibrillation  ▲ absolute    ┌ opened    Atrial fibrillation: present`."""
    made = Text(f"{hour(alert['decided'])}  {plain(alert['patient']):<{width}}  ", no_wrap=True, overflow="ellipsis")
    grave = f"{glyphs.level(alert['level'], ascii_only(screen)):<{LEVEL_WIDTH}}  "
    happened = f"{glyphs.transition(alert['transition'], ascii_only(screen)):<{TRANSITION_WIDTH}}  "
    return made.append(grave + happened, style=LEVEL[alert["level"]]).append(words(alert))


def words(alert: Alert) -> str:
    """The message; what it advises is named first, since the message is the advice itself."""
    said = plain(alert["message"])
    return f"{plain(alert['subject'])}: {said}" if alert["kind"] == "advice" else said
