"""Count what became of every row: used, of another stay, of an item that is not mapped, or dropped for a
reason.

Nothing is lost without a count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

OTHER_STAYS, UNMAPPED = "other-stays", "unmapped"
REASONS: Mapping[str, str] = {
    "no-time": "no time that can be read",
    "outside-stay": "more than 24 h before the stay, or after it",
    "known-after-discharge": "stored after the stay had ended",
    "no-number": "no result: blanked, or not reported",
    "no-amount": "an input of nothing",
    "no-duration": "a rate that ends as it begins",
    "no-rate-or-amount": "a vasopressor with neither",
    "rewritten": "an order that was rewritten",
    "repeated": "the same reading twice",
    "admission-weight-repeated": "the admission weight charted again",
    "device-unknown": "a wording that is not in the table of devices",
    "nothing-to-say": "neurologic charting from which nothing follows",
}
"""Why a row that was mapped gave no fact of its own."""
ADJUSTMENTS: Mapping[str, str] = {
    "stored-early": "stored more than 15 min before its own time: known at that time instead",
    "for-two-stays": "a result that is inside the time of two stays",
    "fio2-as-fraction": "FiO2 between 0.2 and 1, taken as a fraction",
    "device-contradicted": "device `None` beside a flow: the flow counts",
    "detection-limit": "a result below or above what can be measured, taken as that limit",
    "by-patientweight": "a rate per minute, divided by the row's patientweight",
    "milligrams-are-micrograms": "mg/kg/min beside a patientweight of 1 kg: the number is ug/kg/min",
    "medicines": "a steroid or antihypertensive: a medication",
    "pushes": "a vasopressor given as a push: a medication",
    "irrigant-owed": "irrigant not yet back: taken off the next that comes out",
    "begins-after-sum": "urine that is counted from the end of an OR or PACU sum",
}
"""Where a fact differs from the row."""


class ImportTally:
    """Counts by table; filled as the import goes."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.unmapped: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.dropped: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.adjusted: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.wordings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.labels: dict[str, dict[int, str]] = {}
        self.relabelled: dict[str, dict[int, str]] = {}
        self.by_name: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self.unread_times: dict[str, str] = {}
        self.events: Counter[str] = Counter()
        self.stays = 0

    def count_read(self, table: str, number: int) -> None:
        self.rows[table]["read"] += number

    def drop(self, table: str, reason: str, number: int = 1) -> None:
        """Count rows that gave nothing. `reason` is one of REASONS."""
        assert reason in REASONS, reason
        self.dropped[table][reason] += number

    def drop_untimed(self, table: str, texts: list[Any]) -> None:
        """Count rows whose time cannot be read, and keep the first of these times that is not empty."""
        self.drop(table, "no-time", len(texts))
        found = next((str(text) for text in texts if text == text and text is not None), None)
        if found is not None:
            self.unread_times.setdefault(table, found[:40])

    def adjust(self, table: str, what: str, number: int = 1) -> None:
        """Count rows whose fact differs from them. `what` is one of ADJUSTMENTS."""
        assert what in ADJUSTMENTS, what
        self.adjusted[table][what] += number

    def merge(self, other: ImportTally) -> None:
        """Add what another part of the same import has counted, as if it had been counted here after that."""
        for name in ("rows", "unmapped", "dropped", "adjusted", "wordings"):
            into, found = getattr(self, name), getattr(other, name)
            for table, counts in found.items():
                into[table].update(counts)
        self.events.update(other.events)
        self.unread_times = other.unread_times | self.unread_times

    def used(self, table: str) -> int:
        """Return the rows that are in some fact: what was read, less all that is accounted for otherwise."""
        rows = self.rows[table]
        twice = self.adjusted[table]["for-two-stays"]
        return (
            rows["read"]
            + twice
            - rows[OTHER_STAYS]
            - self.unmapped[table].total()
            - self.dropped[table].total()
        )

    def report(self) -> dict[str, Any]:
        """Return all counts as plain JSON: by table, the commonest first; and events written by type."""
        return {
            "stays": self.stays,
            "events": dict(sorted(self.events.items())),
            "tables": {table: self._table(table) for table in sorted({*self.rows, *self.unread_times})},
        }

    def _table(self, table: str) -> dict[str, Any]:
        rows, names = self.rows[table], self.labels.get(table, {})
        return {
            "read": rows["read"],
            "used": self.used(table),
            OTHER_STAYS: rows[OTHER_STAYS],
            UNMAPPED: [
                {"itemid": item, "label": names.get(item), "rows": n}
                for item, n in self.unmapped[table].most_common()
            ],
            "dropped": {reason: n for reason, n in self.dropped[table].most_common() if n},
            "adjusted": {what: n for what, n in self.adjusted[table].most_common() if n},
            "wordings": dict(self.wordings[table].most_common()),
            "relabelled": [
                {"itemid": item, "label": label}
                for item, label in sorted(self.relabelled.get(table, {}).items())
            ],
            "by-name": [
                {"itemid": item, "label": label} for item, label in sorted(self.by_name[table].items())
            ],
            "unread-time": self.unread_times.get(table),
        }
