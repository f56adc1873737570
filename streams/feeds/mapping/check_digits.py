"""Check the check digits of codes: a mistyped number is found before it stands for something else."""

from __future__ import annotations

import re

_LOINC = re.compile(r"([0-9]{1,7})-([0-9])")
_SNOMED = re.compile(r"[0-9]{6,18}")

_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_TURNED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def loinc(code: str) -> bool:
    """Return whether a LOINC code has its check digit (modulus 10, Luhn)."""
    found = _LOINC.fullmatch(code)
    if found is None:
        return False
    digits = [int(digit) for digit in reversed(found[1])]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])
    return (-(doubled + sum(digits[1::2]))) % 10 == int(found[2])


def snomed(code: str) -> bool:
    """Return whether a SNOMED CT identifier has its check digit (Verhoeff's dihedral one)."""
    if not _SNOMED.fullmatch(code):
        return False
    check = 0
    for place, digit in enumerate(int(digit) for digit in reversed(code)):
        check = _TIMES[check][_turned(digit, place % 8)]
    return check == 0


def _turned(digit: int, times: int) -> int:
    return digit if times == 0 else _turned(_TURNED[digit], times - 1)
