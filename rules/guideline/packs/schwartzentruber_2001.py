"""The pack `schwartzentruber-2001/2`: the default, the guideline of criteria.md."""

from rules.guideline.declarations import AnyRow
from rules.guideline.dose_decisions import TABLE4
from rules.guideline.edition import SCHWARTZENTRUBER_2001
from rules.guideline.packs.declarations import Item, Pack, PackRow, Regimen, Source

DOCUMENT = "Schwartzentruber, J Immunother 2001;24(4):287-293"


def source_of(row: AnyRow) -> Source:
    """Return document, table and row of a row of Table 3."""
    table, _, rest = row.source.partition(", ")
    return Source(DOCUMENT, table, rest or row.code)


ROWS = tuple(PackRow(row=row, concept=row.code, source=source_of(row)) for row in SCHWARTZENTRUBER_2001.rows)
DOSING = Source(DOCUMENT, "text", "Interleukin-2 Dosing")

PACK = Pack(
    id=SCHWARTZENTRUBER_2001.id,
    version=SCHWARTZENTRUBER_2001.version,
    name=SCHWARTZENTRUBER_2001.name,
    regimen=Regimen(min_interval=TABLE4.dose_interval),
    items={
        "judgement": Item(value="any-time", source=Source(DOCUMENT, "Table 4", "judgement")),
        "combination": Item(value="count", source=Source(DOCUMENT, "Table 4", "combination")),
        "regimen.interval": Item(value="every 8 h", source=DOSING),
        "eligibility": Item(
            value="criteria.md 7.4", source=Source(DOCUMENT, "text", "Pretherapy Assessment")
        ),
        "dosing_minimum": Item(
            value=", ".join(TABLE4.dosing_minimum), source=Source(DOCUMENT, "Table 4", "[choice]")
        ),
    },
    dosing_minimum=TABLE4.dosing_minimum,
    eligibility=tuple(SCHWARTZENTRUBER_2001.eligibility.items),
    rows=ROWS,
)
