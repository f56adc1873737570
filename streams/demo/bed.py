"""One patient's row: the recommendation, the dose clock, and what tripped and why (wire.md, Assessment)."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from streams.show import glyphs
from streams.show.assessment import Assessment, recommendation
from streams.show.palette import LEVEL
from streams.show.plain import plain
from streams.show.terminal import ascii_only, cell

COLUMNS = ("patient", "state", "next dose, due", "why")
READINESS = {"hold": "absolute", "decide": "relative", "unknown": "indeterminate"}
TRIPPED = ("absolute", "relative")
STOP_RULE = "stop-rule:"


def bed(assessment: Assessment, screen: Console) -> list[Text | str]:
    """The cells of a patient's row."""
    return [cell(assessment["patient"]), advised(assessment, screen), dose(assessment, screen), why(assessment, screen)]


def empty(patient: str) -> list[Text | str]:
    """The row of one who was not yet assessed."""
    return [cell(patient), "-", "-", "-"]


def discharged(patient: str, screen: Console) -> list[Text | str]:
    """The row of one who went home."""
    return [cell(patient), Text(f"{glyphs.pick(glyphs.LEVEL['clear'], ascii_only(screen))} discharged", style=LEVEL["clear"]), "-", "-"]


def advised(assessment: Assessment, screen: Console) -> Text:
    """`▲ delay`, without its reasons: those have a column."""
    said = recommendation(assessment | {"reasons": []}, screen)
    return said[: said.plain.index("  ")]


def dose(assessment: Assessment, screen: Console) -> Text:
    """`▲ hold  #5 16:00Z +1.2 h`: which dose is due when, how late it is, and whether it may be given; after the end how many were given."""
    clock = assessment["dose"]
    word, grave = clock["readiness"], READINESS.get(clock["readiness"])
    said = Text(f"{glyphs.pick(glyphs.LEVEL[grave or 'clear'], ascii_only(screen))} {word}", style=LEVEL[grave] if grave else "")
    if word in ("finished", "not-started"):
        return said.append(f", {clock['number']} given", style="default")
    late = f" +{clock['delayed_h']:.1f} h" if clock["delayed_h"] else ""
    return said.append(f"  #{clock['number'] + 1} {hour(clock['due'])}{late}", style="default")


def hour(time: str | None) -> str:
    """The time of day of a wire time."""
    return "-" if time is None else f"{time[11:16]}Z"


def why(assessment: Assessment, screen: Console) -> Text:
    """What stands in the way, the gravest first; what cannot be seen; what is overdue."""
    pieces = [*stops(assessment, screen), *tripped(assessment, screen), *pressure(assessment, screen), *unseen(assessment, screen)]
    pieces += overdue(assessment, screen)
    return Text("  ").join(pieces) if pieces else Text("nothing tripped", style=LEVEL["clear"])


def piece(level: str, words: str, screen: Console) -> Text:
    """Shape and words in a level's colour, kept on one line if it fits."""
    return Text(f"{glyphs.pick(glyphs.LEVEL[level], ascii_only(screen))} {plain(words)}", style=LEVEL[level])


def stops(assessment: Assessment, screen: Console) -> list[Text]:
    """The stop rules that stand, whether or not their criterion still holds."""
    return [piece("absolute", f"stop: {reason.removeprefix(STOP_RULE)}", screen) for reason in assessment["reasons"] if reason.startswith(STOP_RULE)]


def tripped(assessment: Assessment, screen: Console) -> list[Text]:
    """`▲ urine-hour 7 mL/h <10`: the tripped rows of Table 3, absolute before relative, else in the table's order."""
    rows = [row for level in TRIPPED for row in assessment["criteria"] if row["state"] == level]
    return [piece(row["state"], " ".join(filter(None, (row["code"], measured(row), row["limit"], stale(row)))), screen) for row in rows]


def measured(row: dict[str, Any]) -> str:
    """The value with its unit; a finding has none."""
    return "" if row["value"] is None else f"{cell(row['value'])} {row['unit'] or ''}".strip()


def stale(row: dict[str, Any]) -> str:
    return "(stale)" if row["stale"] else ""


def pressure(assessment: Assessment, screen: Console) -> list[Text]:
    """Hypotension, which is no row of Table 3."""
    bp = assessment["blood_pressure"]
    if bp["state"] not in TRIPPED:
        return []
    return [piece(bp["state"], f"pressure {cell(bp['latest'])} target >{bp['target']:g} {stale(bp)}".rstrip(), screen)]


def unseen(assessment: Assessment, screen: Console) -> list[Text]:
    """Why it cannot be told, when that is what is said."""
    if assessment["recommendation"] != "cannot-tell":
        return []
    return [piece("indeterminate", f"{glyphs.WORD['indeterminate']} {', '.join(assessment['reasons'])}", screen)]


def overdue(assessment: Assessment, screen: Console) -> list[Text]:
    """What should have been charted by now (Table 1)."""
    late = [item["what"] for item in assessment["monitoring"] if item["overdue"]]
    return [piece("technical", f"overdue {', '.join(late)}", screen)] if late else []
