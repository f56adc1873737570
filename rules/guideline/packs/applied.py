"""Apply a pack to a site's guideline: its rows, rules and regimen in place of criteria.md 3 and 4."""

from msgspec import structs

from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import AnyRow, UpperLimitRow
from rules.guideline.dose_decisions import Table4
from rules.guideline.edition import Guideline, Packs
from rules.guideline.eligibility import OF_PACKS, Eligibility
from rules.guideline.packs.declarations import COUNT, Item, Pack
from rules.guideline.packs.registry import DEFAULT, PACKS

ELIGIBILITY = "eligibility"


def applied(pack: Pack, site: Guideline, centre: bool = False) -> Guideline:
    """Return the guideline of a pack at a site: of the default pack the site's own.

    `centre`: pressors are given where the patient lies.
    """
    plain = structs.replace(site, packs=None)
    pack = _at_centre(pack) if centre else pack
    if pack.key == DEFAULT.key:
        return plain
    counts = pack.combination == COUNT
    rows = tuple(_at_site(row.row, site) for row in pack.rows)
    return structs.replace(
        plain,
        id=pack.id,
        version=pack.version,
        rows=rows,
        table4=_table(pack, site, counts),
        observations=(*site.observations, *pack.monitoring),
        eligibility=_eligibility(pack, site),
        stop_rules=tuple(rule for rule in site.stop_rules if not rule.criteria) if counts else (),
        advice=_advice(pack, site),
        pack=pack,
        behind=tuple(row for row in site.rows if row not in rows),
    )


def _table(pack: Pack, site: Guideline, counts: bool) -> Table4:
    """Return how the rows lead to a recommendation; only a pack that counts them watches as the site does."""
    return structs.replace(
        site.table4,
        dosing_minimum=pack.dosing_minimum,
        dose_interval=pack.regimen.min_interval,
        watches=site.table4.watches if counts else (),
        open_advice=site.table4.open_advice if counts else (),
    )


def _at_site(row: AnyRow, site: Guideline) -> AnyRow:
    """Return a row with the limits of the site's own laboratory."""
    own = site.row.get(row.code)
    if isinstance(row, UpperLimitRow) and isinstance(own, UpperLimitRow):
        return structs.replace(row, limits=own.limits)
    return row


def _advice(pack: Pack, site: Guideline) -> tuple[Advice, ...]:
    """Return the site's advice that the pack does not replace, the conditions by the pack, and its own."""
    left = [one for one in site.advice if one.code not in _replaced(pack)]
    item = _own_eligibility(pack)
    if item is not None:
        by = item.source.text
        left = [structs.replace(one, source=by) if one.code == ELIGIBILITY else one for one in left]
    own = (
        Advice(code=one.code, text=one.text, ended=one.ended, source=one.source.text) for one in pack.advice
    )
    return (*left, *own)


def _own_eligibility(pack: Pack) -> Item | None:
    """Return what a pack itself says of who may start; None: nothing."""
    found = pack.items.get(ELIGIBILITY)
    return found if found is not None and found.inherited_from is None else None


def _eligibility(pack: Pack, site: Guideline) -> Eligibility:
    """Return the conditions of therapy: the pack's own, else the site's."""
    item = _own_eligibility(pack)
    if item is None:
        return site.eligibility
    names = {**OF_PACKS, **site.eligibility.items}
    own = {item: names[item] for item in pack.eligibility}
    return structs.replace(site.eligibility, items=own, source=item.source.text)


def _at_centre(pack: Pack) -> Pack:
    """Return a pack with its rows for a centre that gives pressors."""
    own = {row.code: row for row in pack.pressor_centre}
    return structs.replace(pack, rows=tuple(own.get(row.code, row) for row in pack.rows)) if own else pack


def _replaced(pack: Pack) -> frozenset[str]:
    """Return the advice that a pack has a row or an item for."""
    counted = {"dose-count"} if pack.regimen.doses_per_cycle is not None else set()
    return frozenset(counted | {row.code for row in pack.rows})


def with_packs(
    site: Guideline,
    decides: Pack = DEFAULT,
    overlays: tuple[Pack, ...] = (),
    for_cycles: tuple[Pack, ...] = (),
    draft_rows: str = "show",
    pressor_centre: bool = False,
) -> Guideline:
    """Return the site's guideline with the packs that it uses."""
    chosen = {pack.key for pack in (decides, *overlays, *for_cycles)}
    centre = pressor_centre
    kept = tuple(pack for pack in PACKS.values() if pack.key not in chosen and not pack.unverified)
    return structs.replace(
        site,
        packs=Packs(
            decides=None if decides.key == DEFAULT.key else applied(decides, site, centre),
            overlays=tuple(applied(pack, site, centre) for pack in overlays),
            for_cycles=tuple(applied(pack, site, centre) for pack in for_cycles),
            kept=tuple(applied(pack, site, centre) for pack in kept),
            draft_rows=draft_rows,
            pressor_centre=pressor_centre,
        ),
    )
