"""Write the page on every scenario from the registry: `python -m simulators.scenarios.page
docs/reference/scenarios/README.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from simulators.physiology.clinical_events import KINDS
from simulators.scenarios import ALL
from simulators.scenarios.scenario import Expected, Imposed, Scenario, Span

SEED: Final = 1
"""The seed of the pictures."""
HEAD: Final = f"""\
# Scenarios

Written by `make docs` from `simulators/scenarios`. Each picture is one course (of the ward: the first of \
eight), its vital signs charted by
hand each hour so that it can be read:

```text
il2watch simulate NAME --patients 1 --seed {SEED} --vitals hourly -o course.jsonl
il2watch plot course.jsonl -o course.png
```

What is imposed is drawn for each patient between the bounds given, the hours counting from the first dose. \
What must truly occur is tested in every
patient, on the noise-free course and by the definition (criteria.md, sections 3 and 5), \
and so is that the engine alerts on it."""


def page() -> str:
    """Return the text of docs/reference/scenarios/README.md."""
    return (
        "\n\n".join(
            (HEAD, "\n".join(contents()), *(paragraph for scenario in ALL for paragraph in entry(scenario)))
        )
        + "\n"
    )


def contents() -> Iterator[str]:
    """Yield the lines of the table of contents."""
    yield "| scenario | must truly occur |"
    yield "|---|---|"
    yield from (
        (
            f"| [{scenario.name}](#{scenario.name}) | "
            f"{'; '.join(outcomes(scenario)) or 'nothing in particular'} |"
        )
        for scenario in ALL
    )


def outcomes(scenario: Scenario) -> Iterator[str]:
    """Yield what must be true, then the other alerts that are required."""
    yield from (outcome(expected) for expected in scenario.expected)
    yield from (f"alert `{subject}`" for subject in scenario.alerts)


def outcome(expected: Expected) -> str:
    return f"`{expected.code}` {expected.level}"


def entry(scenario: Scenario) -> Iterator[str]:
    """Yield the paragraphs on one scenario."""
    yield f"## {scenario.name}"
    yield scenario.says
    if lines := list(imposed(scenario)):
        yield "\n".join(f"- {line}" for line in lines)
    yield f"![One course of {scenario.name}]({picture(scenario)})"


def picture(scenario: Scenario) -> str:
    """Return the file name of a scenario's picture."""
    return f"{scenario.name}.png"


def imposed(scenario: Scenario) -> Iterator[str]:
    """Yield what is imposed, how the patients' traits are narrowed, and the shares of a mix."""
    yield from (event_line(one) for one in scenario.imposed)
    if scenario.cohort:
        yield f"Sensitivity (1 is typical): {grouped(scenario)}"
    yield from (f"{share:.0%} `{name}`" for name, share in scenario.mix.items())


def event_line(one: Imposed) -> str:
    """Return the line on one imposed event."""
    size = "" if one.size == (1.0, 1.0) else f", size {bounds(one.size)}"
    return (
        f"`{one.kind}` from hour {bounds(one.start_h)} for {bounds(one.lasts_h)} h{size} ({KINDS[one.kind]})"
    )


def grouped(scenario: Scenario) -> str:
    """Return the traits, those of the same span together, in their order."""
    spans: dict[Span, list[str]] = {}
    for trait, span in scenario.cohort.items():
        spans.setdefault(span, []).append(trait)
    return "; ".join(f"{', '.join(traits)} {bounds(span)}" for span, traits in spans.items())


def bounds(span: Span) -> str:
    """Return a span as text; one number where its ends are the same."""
    return f"{span[0]:g}" if span[0] == span[1] else f"{span[0]:g}-{span[1]:g}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
