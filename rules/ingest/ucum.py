"""Parse units in the grammar of UCUM: `mg/dL`, `10*3/uL`, `{Beats}/min`, `ug.kg-1.min-1`, `mm[Hg]`.

An annotation (`{cells}`) has no meaning and is dropped. Case counts; `parse_any_case` takes a unit in
whatever case, as some systems write all in capitals.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache

import msgspec

from rules.ingest.ucum_atoms import METRIC_CODES, PREFIXES, WORTH

LONGEST = 64
_LARGEST_EXPONENT = 30
BODY_WEIGHT = "kg of body weight"


class Unit(msgspec.Struct, frozen=True):
    """A unit: how many base units it is worth, and their exponents, in order of name."""

    factor: Fraction
    dimensions: tuple[tuple[str, int], ...]


class Part(msgspec.Struct, frozen=True):
    """A unit of the table with its prefix and exponent (`kg-1`: `k`, `g`, -1)."""

    prefix: str
    atom: str
    exponent: int


class NotUcum(ValueError):
    """An error: the text is no unit of UCUM."""


Lookup = Callable[[str], tuple[str, str]]
"""From a simple unit as written to its prefix and atom. Raises NotUcum."""

_NUMBER = re.compile(r"[0-9]+")
_POWER_OF_TEN = re.compile(r"10[*^]")
_SIMPLE = re.compile(r"(?:[A-Za-z%'_]|\[[^\[\]]*\])+")
_EXPONENT = re.compile(r"[+-]?[0-9]+")
_ANNOTATION = re.compile(r"\{[^{}]*\}")


class _Parser:
    """A parser over one text; the product so far is in `factor` and `parts`."""

    def __init__(self, text: str, lookup: Lookup) -> None:
        self.text, self.at, self.lookup = text, 0, lookup
        self.factor = Fraction(1)
        self.parts: list[Part] = []

    def accept(self, pattern: re.Pattern[str]) -> str | None:
        """Step over what matches here, and return it."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def next(self) -> str:
        """Return the character here; nothing at the end."""
        return self.text[self.at : self.at + 1]

    def term(self, sign: int) -> None:
        """Multiply by the components up to the end or a closing bracket."""
        way = sign
        if self.next() == "/":
            way, self.at = -sign, self.at + 1
        self.component(way)
        while self.next() in (".", "/") and self.next():
            way = sign if self.next() == "." else -sign
            self.at += 1
            self.component(way)

    def component(self, way: int) -> None:
        """Multiply by one component: in brackets, a unit, a number or an annotation."""
        if self.next() == "(":
            self.at += 1
            self.term(way)
            if self.next() != ")":
                raise NotUcum(self.text)
            self.at += 1
        elif not self.unit(way) and not self.annotated():
            raise NotUcum(self.text)
        self.annotated()

    def annotated(self) -> bool:
        """Step over an annotation, and return whether there was one."""
        return self.accept(_ANNOTATION) is not None

    def unit(self, way: int) -> bool:
        """Multiply by a unit or a number, and return whether there was one."""
        if self.accept(_POWER_OF_TEN):
            self.factor *= Fraction(10) ** (way * self.exponent())
        elif number := self.accept(_NUMBER):
            if not int(number):
                raise NotUcum(self.text)
            self.factor *= Fraction(int(number)) ** way
        elif written := self.accept(_SIMPLE):
            prefix, atom = self.lookup(written)
            self.parts.append(Part(prefix, atom, way * self.exponent()))
        else:
            return False
        return True

    def exponent(self) -> int:
        """Return the exponent here; 1 when none is written."""
        written = self.accept(_EXPONENT)
        exponent = 1 if written is None else int(written)
        if not -_LARGEST_EXPONENT <= exponent <= _LARGEST_EXPONENT:
            raise NotUcum(self.text)
        return exponent


def _parts(text: str, lookup: Lookup) -> tuple[Fraction, tuple[Part, ...]]:
    if not text or len(text) > LONGEST:
        raise NotUcum(text)
    parser = _Parser(text, lookup)
    parser.term(1)
    if parser.next():
        raise NotUcum(text)
    return parser.factor, tuple(parser.parts)


def _exactly(written: str) -> tuple[str, str]:
    """Return the prefix and atom of a simple unit: an atom outranks a prefix (`min` is no milli-inch)."""
    if written in WORTH:
        return "", written
    for size in (1, 2):
        prefix, atom = written[:size], written[size:]
        if prefix in PREFIXES and atom in METRIC_CODES:
            return prefix, atom
    raise NotUcum(written)


# In small letters: the enzyme unit outranks the atomic mass, the second the siemens, and so on.
_SMALL_ATOMS: Mapping[str, str] = {code.lower(): code for code in reversed(tuple(WORTH))}
_SMALL_PREFIXES = {code: code for code in PREFIXES if code.islower()}


def _in_any_case(written: str) -> tuple[str, str]:
    small = written.lower()
    if small in _SMALL_ATOMS:
        return "", _SMALL_ATOMS[small]
    for size in (1, 2):
        prefix, atom = small[:size], _SMALL_ATOMS.get(small[size:])
        if prefix in _SMALL_PREFIXES and atom in METRIC_CODES:
            return prefix, atom
    raise NotUcum(written)


@lru_cache(maxsize=512)
def _atom(code: str) -> Unit:
    """Return what a unit of the table is worth in base units."""
    worth = WORTH[code]
    if not worth:
        return Unit(Fraction(1), ((code, 1),))
    number, _, expression = worth.partition(" ")
    inner = parse(expression) if expression else Unit(Fraction(1), ())
    return Unit(Fraction(number) * inner.factor, inner.dimensions)


def _product(factor: Fraction, parts: tuple[Part, ...], weighed: bool) -> Unit:
    dimensions: dict[str, int] = {}
    for part in parts:
        if weighed and part == Part("k", "g", -1):
            dimensions[BODY_WEIGHT] = dimensions.get(BODY_WEIGHT, 0) - 1
            continue
        atom = _atom(part.atom)
        factor *= (PREFIXES.get(part.prefix, Fraction(1)) * atom.factor) ** part.exponent
        for name, exponent in atom.dimensions:
            dimensions[name] = dimensions.get(name, 0) + exponent * part.exponent
    return Unit(factor, tuple(sorted((name, exponent) for name, exponent in dimensions.items() if exponent)))


# Nobody measures a patient in megalitres: who writes ML or Mmol means the thousandth part.
_NEVER_LARGE = ("g", "L", "l", "mol", "eq", "U", "[iU]", "[IU]", "s", "m", "m[Hg]")


def is_too_large(part: Part) -> bool:
    """Return whether a unit with its prefix is larger than any that is meant."""
    return part.prefix in ("Y", "Z", "E", "P", "T", "G", "M") and part.atom in _NEVER_LARGE


def parse(text: str, weighed: bool = False, large: tuple[str, ...] | None = None) -> Unit:
    """Return the unit that a text of UCUM names. Raises NotUcum.

    `weighed`: a `kg` in the denominator is the patient's, not a mass. `large`: refuse units larger than any
    that is meant, but for these.
    """
    factor, parts = _parts(text, _exactly)
    if large is not None and any(is_too_large(part) and part.atom not in large for part in parts):
        raise NotUcum(text)
    return _product(factor, parts, weighed)


def parse_any_case(text: str, weighed: bool = False) -> Unit:
    """Return the unit that a text names, whatever its case; `M` is milli. Raises NotUcum."""
    return _product(*_parts(text, _in_any_case), weighed)
