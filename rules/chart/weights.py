"""Weights as accepted: a sudden jump is an artefact until the next reading agrees with it (criteria.md section 8)."""

from rules.chart.facts import Weight


def agrees(value: float, reference: float, fraction: float) -> bool:
    # Rounded so that 25 % of 80 kg is 20 kg, not 20.000000000000004.
    return round(abs(value - reference), 6) <= round(reference * fraction, 6)


def accepted(weights: list[Weight], baseline: float | None, jump: float, agreement: float) -> list[Weight]:
    """The weights that count, in order of `at`: each within `jump` of the one accepted before it (else of the baseline),
    or confirmed by the next reading within `agreement` of it.
    """
    out: list[Weight] = []
    doubted: Weight | None = None
    for weight in weights:
        reference = out[-1].value if out else baseline
        if reference is None or agrees(weight.value, reference, jump):
            out.append(weight)
            doubted = None
        elif doubted is not None and agrees(weight.value, doubted.value, agreement):
            out.extend((doubted, weight))
            doubted = None
        else:
            doubted = weight
    return out


def at_or_before(weights: list[Weight], t: int) -> float | None:
    """kg: the latest accepted weight not after `t`."""
    value = None
    for weight in weights:
        if weight.at > t:
            break
        value = weight.value
    return value
