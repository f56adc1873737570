"""What is answered: original and enhanced mode, by MSH-15 and MSH-16 (docs/spec/feeds.md, Acknowledgement)."""

from __future__ import annotations

import pytest

from streams.feeds.mapping.handled import TAKEN, Verdict
from streams.feeds.mapping.hl7.acknowledging import answers, codes
from streams.feeds.mapping.hl7.header import Header, header
from streams.feeds.mapping.hl7.splitting import split
from tests.streams.feeds.support import SIGN, sample

REFUSED, AWAY = Verdict(200, "ORM not taken", "MSH-9"), Verdict(207, "not stored")
TABLE = [
    ("", "", "AA", "AR", "AE"),
    ("AL", "NE", "CA", "CR", "CE"),
    ("AL", "", "CA", "CR", "CE"),
    ("NE", "AL", "AA", "AR", "AE"),
    ("", "AL", "AA", "AR", "AE"),
    ("AL", "AL", "CA AA", "CR", "CE"),
    ("NE", "NE", "", "", ""),
    ("NE", "", "", "", ""),
    ("", "NE", "", "", ""),
    ("ER", "NE", "", "CR", "CE"),
    ("SU", "NE", "CA", "", ""),
    ("NE", "ER", "", "AR", "AE"),
    ("NE", "SU", "AA", "", ""),
    ("AL", "ER", "CA", "CR", "CE"),
    ("AL", "SU", "CA AA", "CR", "CE"),
    ("ER", "ER", "", "CR", "CE"),
    ("ER", "AL", "AA", "CR", "CE"),
    ("SU", "AL", "CA AA", "AR", "AE"),
    ("SU", "SU", "CA AA", "", ""),
    ("ER", "SU", "AA", "CR", "CE"),
    ("SU", "ER", "CA", "AR", "AE"),
    ("ER", "", "", "CR", "CE"),
    ("SU", "", "CA", "", ""),
    ("", "ER", "", "AR", "AE"),
    ("", "SU", "AA", "", ""),
]


@pytest.mark.parametrize(("accept", "application", "taken", "refused", "away"), TABLE)
def test_each_pair_of_conditions_gets_its_answers(
    accept: str, application: str, taken: str, refused: str, away: str
) -> None:
    asked = Header(control_id="1", type="ORU", accept=accept, application=application)
    found = [" ".join(codes(asked, verdict)) for verdict in (TAKEN, REFUSED, AWAY)]
    assert found == [taken, refused, away]


ANSWERS = {
    "120": ("", "", TAKEN),
    "121": ("", "", AWAY),
    "122": ("", "", REFUSED),
    "123": ("AL", "NE", TAKEN),
    "124": ("AL", "NE", AWAY),
    "125": ("AL", "NE", Verdict(202, "T not taken", "MSH-11")),
}


@pytest.mark.parametrize(("number", "asked"), ANSWERS.items())
def test_an_answer_is_written_as_its_sample(number: str, asked: tuple[str, str, Verdict]) -> None:
    accept, application, verdict = asked
    to = Header(
        ("LAB", "HOSP"), ("IL2WATCH", "HOSP"), "", "ORU", "R01", "LAB0002", "P", "2.5.1", accept, application
    )
    assert "".join(answers(to, verdict, SIGN)).encode() == sample(number)


def test_nobody_answers_an_acknowledgement() -> None:
    assert answers(header(split(sample("05").decode()).header), TAKEN, SIGN) == []


def test_an_answer_has_the_delimiters_and_the_version_of_the_message() -> None:
    asked = header(split("MSH#*~\\&#A*1#F#B#G#20260302100000##ORU*R01#7#P#2.3\r").header)
    (answer,) = answers(asked, REFUSED, SIGN)
    assert answer == (
        "MSH#*~\\&#B#G#A*1#F#20260302120501+0000##ACK*R01*ACK#W0001#P#2.3\rMSA#AR#7\r"
        "ERR##MSH*1*9#200*Unsupported message type*HL70357#E###ORM not taken\r"
    )


def test_an_error_text_is_escaped() -> None:
    asked = Header(control_id="1", type="X|^")
    assert answers(asked, Verdict(200, "X|^ not taken", "MSH-9"), SIGN)[0].endswith(
        "|||X\\F\\\\S\\ not taken\r"
    )
