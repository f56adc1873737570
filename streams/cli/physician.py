"""Run `il2watch resume` and `il2watch accept`: a clinician overrides a stop rule, or accepts an abnormality.

Both wait for the worker's word: an assessment that shows what became of it (criteria.md sections 3.5 and 4).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rules.wire.did_you_mean import did_you_mean
from streams.cli import options
from streams.cli.options import broker_of, connection, now, who, who_options
from streams.config import site
from streams.errors import UsageError
from streams.service.event_file import warn

if TYPE_CHECKING:
    from rules.wire.assessments import Assessment

RESUME_DESCRIPTION = """\
Lifts a stop rule of a patient, even while it still holds: it stands again when a criterion of it
becomes absolute anew. Waits for the worker's word, and says what became of it.

Exit: 0 lifted, 1 nothing was lifted, 3 no worker answered."""
RESUME_EXAMPLE = """\
  il2watch resume --patient p1 --rule arrhythmia --by dr-3 \\
    --reason 'single run, potassium 2.9, corrected'"""


def resume_parser() -> options.Parser:
    command = options.parser("resume", RESUME_DESCRIPTION, RESUME_EXAMPLE)
    command.add_argument("--patient", metavar="P", required=True, help="whose stop rule")
    command.add_argument("--rule", metavar="R", required=True, help="which, like arrhythmia")
    who_options(command)
    connection(command)
    return command


def resume_main(arguments: list[str]) -> int:
    """Send the resume and report what became of it."""
    chosen = resume_parser().parse_args(arguments)
    rules = [rule.rule for rule in site.guideline(chosen.config).stop_rules]
    known("--rule", chosen.rule, rules)
    from streams.cli import answers
    from streams.kafka import commands

    broker = broker_of(chosen)
    before = in_care(answers.latest_assessment(broker, chosen.patient), chosen.patient)
    command = commands.resume(chosen.patient, chosen.rule, who(chosen), now())
    lifted = answers.of_worker(broker, command, lambda found: chosen.rule not in found.stop_rules)
    if lifted is None:
        return answers.unheard("worker", "resume")
    if chosen.rule not in before.stop_rules:
        warn(f"il2watch: {chosen.rule} does not stand: the resume is kept and lifts nothing")
        return 1
    warn(f"il2watch: {chosen.rule} {'is lifted' if lifted else 'still stands'}")
    return 0 if lifted else 1


ACCEPT_DESCRIPTION = """\
Accepts a known abnormality of a criterion up to a level, such as chronic atrial fibrillation: it is
shown, and neither counted, paged nor in the way of a dose, until a time or the end of the cycle. A
level above ends the acceptance at once. Waits for the worker's word, and says what became of it.

Exit: 0 accepted, 1 not accepted, 3 no worker answered."""
ACCEPT_EXAMPLE = """\
  il2watch accept --patient p1 --criterion atrial-fibrillation --level absolute \\
    --until 2026-03-09T00:00:00Z --by dr-3 --reason 'chronic, rate controlled'"""


def accept_parser() -> options.Parser:
    command = options.parser("accept", ACCEPT_DESCRIPTION, ACCEPT_EXAMPLE)
    command.add_argument("--patient", metavar="P", required=True, help="whose abnormality")
    command.add_argument("--criterion", metavar="C", required=True, help="of what, like atrial-fibrillation")
    command.add_argument("--level", choices=("relative", "absolute"), required=True, help="up to which level")
    command.add_argument(
        "--until", metavar="TIME", type=options.moment, help="until when; default: the end of the cycle"
    )
    who_options(command)
    connection(command)
    return command


def accept_main(arguments: list[str]) -> int:
    """Send the acceptance and report what became of it."""
    chosen = accept_parser().parse_args(arguments)
    known("--criterion", chosen.criterion, [row.code for row in site.guideline(chosen.config).rows])
    from streams.cli import answers
    from streams.kafka import commands

    broker, author = broker_of(chosen), who(chosen)
    in_care(answers.latest_assessment(broker, chosen.patient), chosen.patient)
    command = commands.accept(chosen.patient, chosen.criterion, chosen.level, chosen.until, author, now())
    done = answers.of_worker(broker, command, lambda found: holds(found, chosen))
    if done is None:
        return answers.unheard("worker", "acceptance")
    warn(
        f"il2watch: {chosen.criterion} up to {chosen.level} is "
        f"{'accepted' if done else 'not accepted: its level may be above'}"
    )
    return 0 if done else 1


def holds(assessment: Assessment, chosen: argparse.Namespace) -> bool:
    """Return whether an assessment has the acceptance that was asked for."""
    return any(
        (one.criterion, one.level, one.by, one.reason)
        == (chosen.criterion, chosen.level, chosen.by, chosen.reason)
        for one in assessment.accepted
    )


def known(option: str, name: str, names: list[str]) -> None:
    """Raise UsageError, with the nearest name, for one that the guideline does not have."""
    if name not in names:
        hint = did_you_mean(name, names, f"known: {', '.join(names)}")
        raise UsageError(f"{option} {name}: the guideline has none; {hint}")


def in_care(found: Assessment | None, patient: str) -> Assessment:
    """Return the assessment. Raises UsageError when there is none."""
    if found is None:
        raise UsageError(f"no patient {patient} is in care: no worker has assessed one")
    return found
