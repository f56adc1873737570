"""The tables of docs/configuration.md: every key with its default, what it takes and where it comes from."""

from itertools import groupby

from rules.guideline.keys import COUNT, DURATION, FACTOR, FRACTION, STARTS, ZONE, Key, keys
from rules.guideline.lines import Path
from rules.guideline.values import shown

HEAD = "| key | default | takes | of what | source |\n|---|---|---|---|---|"
TAKES = {
    COUNT: "whole number",
    DURATION: "duration",
    FACTOR: "factor, 1 or more",
    FRACTION: "fraction, 0 to 1",
    ZONE: "IANA name",
    STARTS: "list of `HH:MM`",
}
CHOSEN = (
    "choices.",
    "shifts.",
    "pressure.clear-above",
    "criteria.sinus-tachycardia.relative.clear",
    "criteria.sinus-tachycardia.relative.span",
    "criteria.sinus-tachycardia.absolute.clear",
    "criteria.sinus-tachycardia.absolute.span",
    "criteria.sinus-tachycardia.fever",
    "criteria.phenylephrine-minimum.window",
    "criteria.oxygen-requirement.low.span",
    "criteria.urine-shift.gap",
)
"""The **[choice]**s of criteria.md: neither the paper nor JITC 2014 settles them."""


def key_table() -> str:
    """Markdown: one heading and one table for each table of the file, one line a key. Ends with a newline."""
    sections = (f"### `[{'.'.join(path)}]`\n\n{HEAD}\n" + "\n".join(map(_line, found)) + "\n" for path, found in groupby(keys(), key=_section))
    return "\n".join(sections)


def _section(key: Key) -> Path:
    return key.path[:2] if key.path[0] in ("criteria", "advice") else key.path[:1]


def _line(key: Key) -> str:
    takes = TAKES.get(key.kind, f"number, {key.unit}").replace("|", "\\|")
    default = f"`{shown(key.default, key.kind)}`" if key.default is not None else "none"
    compared = f"`{key.op}` " if key.op else ""
    source = "[choice]" if key.name.startswith(CHOSEN) and key.name != "criteria.sinus-tachycardia.fever-age" else key.source
    return f"| `{key.name}` | {compared}{default} | {takes} | {key.subject} | {source} |"
