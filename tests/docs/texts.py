"""Write docs/reference/texts.md, every text a person can be shown: `python -m tests.docs.texts`.

Texts are read from the guideline's data and from the source that composes them, never copied. What each makes a
nurse do is kept in docs/reference/texts.reviewed, with the hash of the text it was written for: one line a text,
`HASH KEY: what a nurse does`. `python -m tests.docs.texts --unreviewed` prints the lines that are lacking, stale
or of no text any more; a person reads the text, writes what a nurse does, and keeps the line.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.docs import declared_texts
from tests.docs.code_texts import by_writer, of_module, of_script, python_files
from tests.docs.declared_texts import Text
from tests.kept import ROOT

PAGE = ROOT / "docs/reference/texts.md"
REVIEWED = ROOT / "docs/reference/texts.reviewed"
HEAD = """\
# What people read

Written by `make docs` from the guideline's data and from the source that composes each line; nothing here is copied \
by hand. `‹…›` stands
for what is filled in. The last column says what a nurse does on this text alone, at three in the morning; it is \
kept in `docs/reference/texts.reviewed`
with the hash of the text it was written for, and a test fails on a text that nobody has read so."""


class Section(NamedTuple):
    """A part of the page: its heading, where its words stand, and its texts."""

    title: str
    texts: Callable[[], Iterable[Text]]


class Source(NamedTuple):
    """Modules of the code, what their texts are for, and where that is specified."""

    places: tuple[str, ...]
    spec: str
    whole: bool = False


ALERTS = Source(
    (
        "rules/advice",
        "rules/decide/alert_texts.py",
        "rules/decide/assessed_facts.py",
        "rules/decide/endings.py",
        "rules/decide/monitoring_texts.py",
        "rules/decide/overlays.py",
        "rules/decide/recommendation_alerts.py",
        "rules/guideline/roles.py",
        "rules/guideline/steps.py",
        "rules/evaluate/vital_signs.py",
        "rules/evaluate/rows/held_reading.py",
        "rules/evaluate/rows/oxygen.py",
        "rules/evaluate/rows/upper_limit.py",
        "rules/guideline/local_time.py",
        "rules/guideline/nurse_names.py",
    ),
    "criteria.md 7, 9 and 10",
)
STEPS = Source(("rules/decide/episodes.py",), "criteria.md 9, Worsening is never swallowed", whole=True)
EXPLAINED = Source(("rules/explain",), "the section that the module's rule cites", whole=True)
NAMED = Source(("streams/board/display_texts.py",), "criteria.md 10")
BOARD = Source(
    (
        "streams/board/commands.py",
        "streams/board/board_state.py",
        "streams/board/explain.py",
        "streams/board/flowsheet.py",
        "streams/board/html",
        "streams/board/liveness.py",
        "streams/board/request_handlers.py",
        "streams/board/access/guard.py",
    ),
    "criteria.md 10",
    whole=True,
)
PAGES = Source(
    (
        "streams/pager/policy",
        "streams/pager/delivery/attempts.py",
        "streams/pager/service/watchdog.py",
        "streams/channels/apprise.py",
        "streams/channels/pagerduty.py",
    ),
    "criteria.md 9",
    whole=True,
)
ANSWERS = Source(
    (
        "streams/cli/ack.py",
        "streams/cli/silence.py",
        "streams/cli/physician.py",
        "streams/pager/service/api.py",
    ),
    "wire.md, Alert",
    whole=True,
)
SCREEN = Source(
    ("streams/display.py", "streams/show/alerts.py", "streams/show/assessment.py"),
    "criteria.md 10",
    whole=True,
)
HANDOVER = Source(
    ("streams/flowsheet/shift_words.py", "streams/handover", "streams/show/handover.py"),
    "criteria.md 10",
    whole=True,
)
PLOT = Source(("streams/plot",), "criteria.md 10", whole=True)
REFUSED = Source(
    (
        "rules/ingest/decode.py",
        "rules/ingest/readings.py",
        "rules/ingest/record_types.py",
        "rules/ingest/schema.py",
        "rules/ingest/validation.py",
        "rules/wire/instants.py",
        "rules/wire/refusals.py",
    ),
    "wire.md, What is refused",
    whole=True,
)
DECLARED = {"SYSTEM_TEXTS", "FINDING_NAMES"}
"""Tables of texts that stand on the page by their subjects."""
AS_DATA = (
    *("advice_texts", "cardiac", "correctives", "dermatologic", "dose_decisions", "eligibility"),
    *("gastrointestinal", "harm", "hemodynamic", "hemorrhagic", "infectious", "medications"),
    *("musculoskeletal", "neurologic", "observation_schedule", "pressure_targets", "pulmonary", "renal"),
    *("vital_signs", "watches"),
)
"""Modules of `rules/guideline` whose texts stand on the page as the data that they are."""
NOT_SHOWN = {
    "codes, states and units": (
        "rules/chart/chart.py",
        "rules/chart/oxygen.py",
        "rules/chart/vital_sign_limits.py",
        "rules/chart/write_facts.py",
        "rules/decide/assessment.py",
        "rules/decide/dose_clock.py",
        "rules/evaluate/accepted_criteria.py",
        "rules/evaluate/shift_figures.py",
        "rules/evaluate/stop_elements.py",
        "rules/guideline/agents.py",
        "rules/guideline/declarations.py",
        "rules/guideline/edition.py",
        "rules/ingest/ucum.py",
        "rules/ingest/ucum_atoms.py",
        "rules/wire/agents.py",
        "rules/wire/alerts.py",
        "streams/board/unit_overview.py",
    ),
    "for who runs it: settings, logs, metrics, protocols": (
        "rules/decide/codec.py",
        "rules/guideline/settings",
        "rules/wire/did_you_mean.py",
        "rules/wire/durations.py",
        "streams/board/service.py",
        "streams/board/settings.py",
        "streams/board/sse.py",
        "streams/channels/fhir.py",
        "streams/channels/hl7_alarms.py",
        "streams/channels/http.py",
        "streams/channels/options.py",
        "streams/channels/registry.py",
        "streams/channels/webhook.py",
        "streams/pager/delivery/open_alerts.py",
        "streams/pager/delivery/workers.py",
        "streams/pager/service/app.py",
        "streams/pager/service/config.py",
        "streams/pager/service/metrics.py",
        "streams/pager/service/process.py",
        "streams/show/topics.py",
    ),
    "for who judges the monitor": ("streams/show/scores.py",),
    "of a guideline pack, on its own page": ("rules/guideline/packs",),
}
"""Where strings in prose are that no nurse or physician reads, by why."""
READ = ("rules", "streams/board", "streams/channels", "streams/pager", "streams/plot", "streams/show")
"""Where each module with texts is on the page or in `NOT_SHOWN`."""


def written(source: Source) -> Iterator[Text]:
    """Yield the texts of modules: writer by writer, or module by module where they are read as a whole."""
    for path in python_files(source.places):
        place = path.relative_to(ROOT).as_posix()
        found = [("", of_module(path))] if source.whole else by_writer(path)
        for name, says in found:
            if says and name not in DECLARED:
                yield Text(f"{place} {name}".strip(), says, source.spec)


def scripts() -> Iterator[Text]:
    """Yield the texts of the board's scripts."""
    for path in sorted((ROOT / "streams/board/static").glob("*.js")):
        if says := of_script(path):
            yield Text(path.relative_to(ROOT).as_posix(), says, "criteria.md 10")


def several(*sources: Source) -> Callable[[], Iterator[Text]]:
    """Return the texts of several sources, in turn."""
    return lambda: (text for source in sources for text in written(source))


COMPOSED = (ALERTS, STEPS, EXPLAINED, NAMED, BOARD, HANDOVER, PAGES, ANSWERS, SCREEN, PLOT, REFUSED)
SECTIONS = (
    Section("Criteria of Table 3", declared_texts.rows),
    Section("Findings", declared_texts.findings),
    Section("What to do about a criterion", declared_texts.measures),
    Section("Advice and watches", declared_texts.advice),
    Section("Rows of guideline packs", declared_texts.rows_of_packs),
    Section("Advice and monitoring of guideline packs", declared_texts.advice_of_packs),
    Section("Monitoring", declared_texts.monitoring),
    Section("Stop rules", declared_texts.stop_rules),
    Section("Conditions of therapy", declared_texts.eligibility),
    Section("Conditions of therapy that only guideline packs have", declared_texts.eligibility_of_packs),
    Section("Medicines of Table 6", declared_texts.table_6),
    Section("Why fluid would harm", declared_texts.harm),
    Section("Alerts, as they are composed", several(ALERTS, STEPS)),
    Section("Explanations", several(EXPLAINED)),
    Section("The board", lambda: (*written(NAMED), *written(BOARD), *scripts())),
    Section("The handover", several(HANDOVER)),
    Section("Pages and what became of a command", several(PAGES, ANSWERS)),
    Section("On a terminal and on a plot", several(SCREEN, PLOT)),
    Section("Why a record or a value is not used", several(REFUSED)),
)


def unplaced() -> list[str]:
    """Return the modules with texts that are neither on the page nor named as not shown."""
    data = (f"rules/guideline/{name}.py" for name in AS_DATA)
    known = [place for source in COMPOSED for place in source.places]
    known += [*data, *(place for places in NOT_SHOWN.values() for place in places)]
    placed = set(python_files(known))
    found = (path for path in python_files(READ) if path not in placed and any(by_writer(path)))
    return [path.relative_to(ROOT).as_posix() for path in found]


def hashed(text: Text) -> str:
    """Return the hash of a text, its source included: 12 hex digits."""
    return hashlib.sha256("\0".join((text.key, *text.says, text.source)).encode()).hexdigest()[:12]


def reviewed() -> dict[str, tuple[str, str]]:
    """Return by key the hash of the text that was read, and what it makes a nurse do."""
    lines = REVIEWED.read_text(encoding="utf-8").splitlines() if REVIEWED.exists() else []
    found = {}
    for line in lines:
        if line and not line.startswith("#"):
            mark, _, rest = line.partition(" ")
            key, _, does = rest.partition(": ")
            assert key not in found, f"{key} stands twice in {REVIEWED.name}"
            found[key] = (mark, does.strip())
    return found


def all_texts() -> list[Text]:
    """Return every text, in the page's order."""
    return [text for section in SECTIONS for text in section.texts()]


def unread() -> list[str]:
    """Return what is wrong with texts.reviewed: a line for each text not read, read otherwise, or gone."""
    known, texts = reviewed(), all_texts()
    wrong = []
    for text in texts:
        mark, does = known.get(text.key, ("", ""))
        if mark != hashed(text) or not does:
            why = "not read" if not mark else "changed since it was read" if does else "says nothing"
            wrong.append(f"{hashed(text)} {text.key}: {does or '…'}  # {why}: {' / '.join(text.says)}")
    gone = known.keys() - {text.key for text in texts}
    return [*wrong, *(f"{key}: there is no such text any more" for key in sorted(gone))]


def page() -> str:
    """Return the text of docs/reference/texts.md."""
    known = reviewed()
    parts = [HEAD]
    for section in SECTIONS:
        parts.append(f"## {section.title}")
        parts.append(
            "\n".join(("| key | text | source | a nurse |", "|---|---|---|---|", *_rows(section, known)))
        )
    return "\n\n".join(parts) + "\n"


def _rows(section: Section, known: dict[str, tuple[str, str]]) -> Iterator[str]:
    for text in section.texts():
        does = known.get(text.key, ("", ""))[1]
        says = "<br>".join(map(cell, text.says))
        yield f"| `{text.key}` | {says} | {cell(text.source)} | {cell(does)} |"


def cell(text: str) -> str:
    """Return a text as a cell of a table has it."""
    plain = " ".join(text.split())
    for mark in "\\|<*_`[]#":
        plain = plain.replace(mark, f"\\{mark}" if mark != "<" else "&lt;")
    return plain


if __name__ == "__main__":
    if "--unreviewed" in sys.argv[1:]:
        print("\n".join(unread()))
    else:
        Path(PAGE).write_text(page(), encoding="utf-8")
