"""Take the tables of a site configuration whose keys are the site's own names: its units and its medicines.

`[units]` says which units are intensive, `[agents]` of what class an infusion or a medicine is that the
guideline does not know (wire.md, Events).
"""

from typing import Any

from rules.guideline.agents import OTHER
from rules.guideline.edition import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.settings.document import Path
from rules.guideline.settings.keys import put
from rules.guideline.settings.values import described
from rules.wire.agents import named
from rules.wire.vocabulary import ICU, WARD

UNITS, AGENTS = "units", "agents"
WORDS = {UNITS: (ICU, WARD), AGENTS: (*SCHWARTZENTRUBER_2001.agents.classes, OTHER)}
"""The tables, and the words that a name may be set to."""
PLACES = {UNITS: ("units",), AGENTS: ("agents", "site")}
LONGEST = 128


def is_name(path: Path) -> bool:
    """Return whether a path is a name of the site's own, or one of the tables of such names."""
    return bool(path) and path[0] in WORDS


def fault(path: Path, value: Any) -> str | None:
    """Return what is wrong with a name and the word it is set to; None when nothing is."""
    table = path[0]
    if len(path) == 1:
        wrong = f"a table is wanted, not {described(value)}; {_like(table)}"
        return None if isinstance(value, dict) else wrong
    name = path[1]
    if not named(name) or len(name) > LONGEST:
        return f"a name has 1 to {LONGEST} characters; {_like(table)}"
    if not isinstance(value, str) or value not in WORDS[table]:
        return f"{described(value)} is none of {', '.join(WORDS[table])}; {_like(table)}"
    return None


def _like(table: str) -> str:
    return 'write it like "4 West" = "icu"' if table == UNITS else f'write it like "tocilizumab" = "{OTHER}"'


def with_names(guideline: Guideline, table: str, names: dict[str, Any]) -> Guideline:
    """Return the guideline with a site's names, which are matched whatever their case and spaces."""
    return put(guideline, PLACES[table], {named(name): word for name, word in sorted(names.items())})
