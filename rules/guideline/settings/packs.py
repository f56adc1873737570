"""Read the table `[packs]` of a site: which pack decides, which stand beside, what the site has signed.

Source: editions.md section 2.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rules.guideline.declarations import ROW_TYPES, AnyRow, module_of
from rules.guideline.edition import Guideline
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.declarations import DRAFT, Pack, PackRow, Source
from rules.guideline.packs.registry import DEFAULT, PACKS
from rules.wire.did_you_mean import did_you_mean
from rules.wire.durations import duration

MOST_OVERLAYS = 3
TABLE = "packs"
DRAFT_ROWS = ("show", "speak")


def _one_of(*words: str) -> dict[str, object]:
    """Return what an editor offers; the loader refuses another word with the nearest one."""
    return {"enum": list(words)}


PackName = Annotated[str, Meta(extra_json_schema=_one_of(*PACKS))]


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What two persons at the site have read: which row of which pack, by its hash, in which document."""

    pack: Annotated[PackName, Meta(description="the pack, with its version")]
    row: Annotated[str, Meta(description="`bicarbonate`, `judgement`, `regimen.interval`, `not_open.renal`")]
    sha256: Annotated[str, Meta(description="of the row, as il2watch packs show prints it")]
    by: Annotated[str, Meta(description="who has read it")]
    checked_by: Annotated[str, Meta(description="another person, who has read it too")]
    on: Annotated[date, Meta(description="the day, as 2027-01-15 without quotes")]
    document: Annotated[str, Meta(description="what was read, and where in it")]


class PackTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[packs]`."""

    decides: Annotated[PackName, Meta(description="the pack that decides from the next cycle-start")] = (
        DEFAULT.key
    )
    overlays: Annotated[
        list[PackName],
        Meta(
            description="packs beside it, which decide nothing; 3 at most",
            extra_json_schema={"maxItems": MOST_OVERLAYS},
        ),
    ] = []
    for_cycles: Annotated[list[PackName], Meta(description="packs that a cycle-start may name")] = []
    draft_rows: Annotated[
        str,
        Meta(
            description="draft rows of packs beside: shown only, or part of their verdict",
            extra_json_schema=_one_of(*DRAFT_ROWS),
        ),
    ] = "show"
    pressor_centre: Annotated[
        bool, Meta(description="pressors after refractory hypotension hold doses and do not end the cycle")
    ] = False
    signed: Annotated[
        list[Signature], Meta(description="rows that two persons at the site have read in their source")
    ] = []


class BadPacks(ValueError):
    """An error in the table: `key` that must change, and why."""

    def __init__(self, key: str, fault: str) -> None:
        self.key = key
        super().__init__(fault)


def with_table(guideline: Guideline, values: Any) -> Guideline:
    """Return the site's guideline with the packs of its table. Raises BadPacks."""
    table, written = _table(values)
    if len(table.overlays) > MOST_OVERLAYS:
        raise BadPacks("overlays", f"at most {MOST_OVERLAYS}; remove {len(table.overlays) - MOST_OVERLAYS}")
    if table.draft_rows not in DRAFT_ROWS:
        raise BadPacks("draft_rows", f"{table.draft_rows!r} is neither show nor speak; write one of them")
    found = signed_packs(table.signed, written)
    return with_packs(
        guideline,
        pack_named(table.decides, "decides", found),
        tuple(pack_named(name, "overlays", found) for name in table.overlays),
        tuple(pack_named(name, "for_cycles", found) for name in table.for_cycles),
        table.draft_rows,
        table.pressor_centre,
    )


def _table(values: Any) -> tuple[PackTable, dict[str, Pack]]:
    """Return a table, and the packs with the rows that the site has written. Raises BadPacks."""
    written = {name: rows for name, rows in values.items() if "/" in name} if isinstance(values, dict) else {}
    try:
        table = msgspec.convert({k: v for k, v in values.items() if k not in written}, PackTable)
    except msgspec.ValidationError as error:
        raise BadPacks("", f"{error}; docs/spec/editions.md section 2 has the table") from None
    return table, with_site_rows(written)


def site_packs(values: Any) -> dict[str, Pack]:
    """Return the packs as a site has written and signed them. Raises BadPacks."""
    table, written = _table(values)
    return signed_packs(table.signed, written)


KINDS = {module_of(kind).replace("_", "-"): kind.__name__ for kind in ROW_TYPES}
"""The row types as a site writes them."""


class SiteRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row that a site writes: what it is evaluated as, its numbers, what it does, where it was read."""

    type: Annotated[
        str, Meta(description="what it is evaluated as", extra_json_schema=_one_of(*sorted(KINDS)))
    ]
    values: Annotated[
        Mapping[str, Any],
        Meta(description='its numbers by name; a limit as `">=3.0"`, a duration as `"8 h"`'),
    ]
    effect: Annotated[
        Literal["count", "hold", "cycle", "permanent"], Meta(description="what it does to a dose")
    ] = "hold"
    level: Annotated[Literal["absolute", "relative"], Meta(description="of its alert")] = "absolute"
    source: Annotated[Source, Meta(description="where it was read")]


def with_site_rows(written: dict[str, object]) -> dict[str, Pack]:
    """Return the packs with the rows that a site has written, drafts until signed. Raises BadPacks."""
    found = dict(PACKS)
    for name, table in written.items():
        pack = pack_named(name, name, found)
        rows = table.get("rows", {}) if isinstance(table, dict) else {}
        own = tuple(_site_row(pack, code, row) for code, row in rows.items())
        others = tuple(row for row in pack.rows if row.code not in rows)
        found[name] = msgspec.structs.replace(pack, rows=(*others, *own))
    return found


def _site_row(pack: Pack, code: str, values: Any) -> PackRow:
    """Return a row as a site writes it. Raises BadPacks."""
    try:
        row = msgspec.convert(values, SiteRow)
        if row.type not in KINDS:
            raise msgspec.ValidationError(f"no type {row.type!r}; {did_you_mean(row.type, list(KINDS))}")
        stated = {"type": KINDS[row.type], "code": code, "source": row.source.document, **row.values}
        made = msgspec.convert({key: _number(value) for key, value in stated.items()}, AnyRow, strict=False)
    except msgspec.ValidationError as error:
        raise BadPacks(pack.key, f"row {code!r}: {error}") from None
    return PackRow(
        row=made, concept=code, effect=row.effect, level=row.level, source=row.source, status=DRAFT
    )


LIMIT = re.compile(r"(<=|>=|<|>) *([0-9]+(?:\.[0-9]+)?)")


def _number(value: Any) -> Any:
    """Return a value of a row; a limit is written as `>=3.0`, a duration as `8 h`."""
    if not isinstance(value, str):
        return value
    found = LIMIT.fullmatch(value)
    if found:
        return [found[1], float(found[2])]
    try:
        return duration(value)
    except ValueError:
        return value


def with_editions(site: Guideline, edition: str | None, overlays: list[str]) -> Guideline:
    """Return a site's guideline with other packs: the one that decides, those beside. Raises BadPacks."""
    configured = {} if site.packs is None else {one.key: one.pack for one in site.beside if one.pack}
    packs = {**PACKS, **configured}
    decides = pack_named(edition, "edition", packs) if edition else packs[site.deciding.key]
    beside = overlays if overlays or site.packs is None else [one.key for one in site.packs.overlays]
    if len(beside) > MOST_OVERLAYS:
        raise BadPacks("overlay", f"at most {MOST_OVERLAYS}; leave out {len(beside) - MOST_OVERLAYS}")
    drafts = "show" if site.packs is None else site.packs.draft_rows
    centre = site.packs is not None and site.packs.pressor_centre
    found = tuple(pack_named(name, "overlay", packs) for name in beside)
    return with_packs(site, decides, found, (), drafts, centre)


def pack_named(name: str, key: str, packs: dict[str, Pack] = PACKS) -> Pack:
    """Return a pack by its id with its version. Raises BadPacks with the nearest one."""
    found = packs.get(name)
    if found is None:
        raise BadPacks(key, f"no pack {name!r}; {did_you_mean(name, list(packs))}")
    return found


def signed_packs(signatures: list[Signature], packs: dict[str, Pack] = PACKS) -> dict[str, Pack]:
    """Return the packs with what the site has signed; one of another hash has lapsed. Raises BadPacks."""
    found = dict(packs)
    for one in signatures:
        pack = pack_named(one.pack, "signed", found)
        hashes = {name: sha256 for name, _, sha256 in pack.parts()}
        _check(one, pack, hashes)
        if hashes[one.row] == one.sha256:
            found[pack.key] = msgspec.structs.replace(pack, signed=(*pack.signed, one.row))
    return found


def _check(one: Signature, pack: Pack, hashes: dict[str, str]) -> None:
    where = f"row {one.row!r} of {pack.key}"
    if one.row not in hashes:
        raise BadPacks("signed", f"{pack.key} has no {one.row!r}; {did_you_mean(one.row, list(hashes))}")
    if one.by.strip() == one.checked_by.strip() or not one.by.strip() or not one.checked_by.strip():
        raise BadPacks("signed", f"{where}: by and checked_by are two persons; name another one")
    if not one.document.strip():
        raise BadPacks("signed", f"{where}: document is blank; name what was read, and where in it")


def lapsed(values: Any) -> list[Signature]:
    """Return the signatures of a table whose part is another one now. Raises BadPacks."""
    table, packs = _table(values)
    hashes = {(key, name): sha256 for key, pack in packs.items() for name, _, sha256 in pack.parts()}
    return [one for one in table.signed if hashes.get((one.pack, one.row)) != one.sha256]


def draft_fault(guideline: Guideline) -> str | None:
    """Return why a guideline may not decide for patients: a pack that decides or may decide is a draft."""
    packs = guideline.packs
    deciding = () if packs is None else (guideline.deciding, *packs.for_cycles)
    drafts = [one for one in deciding if one.is_draft and one.pack is not None]
    faults = [f"{one.key}: {', '.join(one.pack.unverified)}" for one in drafts if one.pack is not None]
    if not faults:
        return None
    return (
        f"a draft pack may not decide; not read in its source or not signed: {'; '.join(faults)}. Read and "
        "sign these rows (il2watch packs show PACK), name another pack, or offline add --allow-draft"
    )
