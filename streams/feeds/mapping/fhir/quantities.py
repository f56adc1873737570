"""Read the values of FHIR: quantities, comparators, reference ranges, words (docs/spec/feeds.md, Values)."""

from __future__ import annotations

from collections.abc import Sequence

from rules.ingest import units
from rules.wire.refusals import BAD_UNIT, NOT_A_NUMBER
from streams.feeds.mapping import values
from streams.feeds.mapping.code_map import MapRow
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir.context import unit_texts, words
from streams.feeds.mapping.fhir.resources import Quantity, ReferenceRange, Valued
from streams.feeds.mapping.publishing import Unusable
from streams.feeds.mapping.unit_words import accepted_by, spelled
from streams.feeds.mapping.values import NO_RANGE, NotANumber, Range, Value

COMPARATORS = ("<", "<=", ">", ">=")


def value_of(part: Valued, rules: FeedRules) -> Value:
    """Return the number of a part, wherever its value[x] holds it. Raises Unusable."""
    quantity = part.value_quantity
    if quantity is not None and quantity.value is not None:
        if quantity.comparator not in ("", *COMPARATORS):
            raise Unusable(NOT_A_NUMBER, "an unknown comparator")
        return Value(quantity.value, quantity.comparator or None)
    if part.value_integer is not None:
        return Value(float(part.value_integer))
    try:
        return values.compared(part.value_string or "", rules.decimal_comma)
    except NotANumber as fault:
        raise Unusable(NOT_A_NUMBER, str(fault)) from None


def is_sentinel(part: Valued, rules: FeedRules) -> bool:
    """Return whether the value is a number by which the sender means none."""
    quantity = part.value_quantity
    return quantity is not None and quantity.value in rules.sentinels


def texts_of(part: Valued) -> list[str]:
    """Return the words of a value that is none by number, in the order to try."""
    if part.value_boolean is not None:
        return ["true" if part.value_boolean else "false"]
    if part.value_codeable_concept is not None:
        return words(part.value_codeable_concept)
    return [part.value_string] if part.value_string is not None else []


def unit_of(part: Valued, row: MapRow, rules: FeedRules) -> str | None:
    """Return the unit of a value as the wire spells it. Raises Unusable."""
    sent = [] if part.value_quantity is None else unit_texts(part.value_quantity)
    texts = sent or ([row.unit_default] if row.unit_default else [])
    if not texts and row.type == "labs" and units.lab(row.our_code, "") is not None:
        return None
    found = spelled(texts, rules.codes, rules.units, accepted_by(row.type, row.our_code))
    if found is None:
        raise Unusable(BAD_UNIT, "no unit" if not texts else "a unit that does not convert")
    return found


def limits_of(part: Valued) -> Range:
    """Return the reference limits in the unit of the value; those for some patients only if alone."""
    general = [each for each in part.reference_range if not each.is_specific and _is_normal(each)]
    found = general or [each for each in part.reference_range if each.is_specific]
    return _limits(found[0], part.value_quantity) if len(found) == 1 else NO_RANGE


def _is_normal(found: ReferenceRange) -> bool:
    """Return whether a range is that of the healthy: others (`critical`, `therapeutic`) are no limits."""
    codes = [] if found.type is None else [each.code for each in found.type.coding]
    return not codes or "normal" in codes


def _limits(found: ReferenceRange, quantity: Quantity | None) -> Range:
    if found.low is None and found.high is None:
        return values.reference_range(found.text)
    ends = [each for each in (found.low, found.high) if each is not None]
    if not all(_same_unit(each, quantity) for each in ends):
        return NO_RANGE
    low, high = (None if each is None else each.value for each in (found.low, found.high))
    disordered = low is not None and high is not None and low >= high
    return NO_RANGE if disordered else Range(low, high)


def _same_unit(end: Quantity, quantity: Quantity | None) -> bool:
    mine: Sequence[str] = unit_texts(end)
    return quantity is not None and (not mine or bool(set(mine) & set(unit_texts(quantity))))
