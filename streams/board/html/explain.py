"""An explanation as markup: the headline, then headings with their lines, as `il2watch explain` prints them."""

from __future__ import annotations

import re

from rules.explain import Explanation, lines
from streams.board.explain import Untold
from streams.board.html.element import Html, join, tag
from streams.board.html.when import time

INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z)")


def explanation(found: Explanation | Untold) -> Html:
    """A fragment of a page. The second line names the patient, who stands on the page already."""
    if isinstance(found, Untold):
        return tag("p", found.why)
    headline, _, *rest = lines(found)
    return join((tag("h2", timed(headline)), *map(line, rest)))


def line(said: str) -> Html:
    """What is indented is said below a heading."""
    return tag("p", timed(said.strip())) if said.startswith(" ") else tag("h3", said.rstrip(":"))


def timed(said: str) -> Html:
    """A line with its instants in the site's zone."""
    parts = INSTANT.split(said)
    return join(time(part) if place % 2 else part for place, part in enumerate(parts))
