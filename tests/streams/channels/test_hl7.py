"""HL7 v2: one ORU^R40 a page over MLLP, as IHE PCD-04 has it; its positive answer is the delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from streams.channels.hl7_alarms import Hl7Options, control_id, message
from streams.channels.options import parse_options
from streams.channels.page import Page, Receipt, TransportError
from streams.channels.registry import channel
from streams.config.section import KeyFault
from streams.feeds.mapping.hl7.splitting import split
from tests.streams.channels.pages import ACTIONS, KEY, PATIENT, page

AT = "20260302100000+0000"
TABLE = {"address": "127.0.0.1:1", "patient-authority": "HOSP", "tls": False, "timeout-s": 5}
OPTIONS = parse_options(Hl7Options, "am", TABLE)
OWN = {"application": "IL2WATCH", "patient-authority": "HOSP", "patient-type": "MR", "address": "127.0.0.1:1"}
Answer = Callable[[str], list[bytes]]


def text(paged: Page) -> str:
    return message(paged, OPTIONS, OWN)


def framed(body: str) -> bytes:
    return b"\x0b" + body.encode() + b"\x1c\r"


def says(code: str, other: str = "") -> Answer:
    """An answer with this MSA-1, to the message or to another one."""
    return lambda asked: [framed(f"MSH|^~\\&|AM||||x||ACK|1|P|2.6\rMSA|{code}|{other or asked}\r")]


def managed(
    pages: list[Page], *answers: Answer, **options: Any
) -> tuple[list[Receipt | TransportError], list[str]]:
    """Sends the pages to an alarm manager on loopback that answers each message by the next rule.

    Returns what became of each, and the messages that arrived.
    """
    arrived: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                body = (await reader.readuntil(b"\x1c\r"))[1:-2].decode()
                arrived.append(body)
                rule = answers[min(len(arrived), len(answers)) - 1]
                replies = rule(split(body).header.text(10))
                if not replies:
                    return
                writer.writelines(replies)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            writer.close()

    async def run() -> list[Receipt | TransportError]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        made = channel("am", {"kind": "hl7"} | TABLE | {"address": f"127.0.0.1:{port}"} | options)
        found: list[Receipt | TransportError] = []
        async with server:
            for one in pages:
                try:
                    found.append(await made.send(one))
                except TransportError as error:
                    found.append(error)
            await made.close()
        return found

    return asyncio.run(run()), arrived


def segments(paged: Page) -> dict[str, list[str]]:
    """Return the segments, the OBX by their place (`OBX3`), split into fields."""
    lines = [line.split("|") for line in text(paged).split("\r") if line]
    return {f"{each[0]}{each[1] if each[0] == 'OBX' else ''}": each for each in lines}


def test_a_message_is_pcd_04s() -> None:
    found = segments(page(alert={"value": 8, "unit": "mL/h", "limit": "<10"}, since=None))
    assert found["MSH"][2] == "IL2WATCH"
    assert found["MSH"][8] == "ORU^R40^ORU_R40"
    assert found["MSH"][14:16] == ["AL", "NE"]
    assert found["MSH"][20] == "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.4.1^ISO"
    assert found["PID"][3] == f"{PATIENT}^^^HOSP^MR"
    assert found["PV1"][3] == "oncology-3"
    assert found["OBR"][3] == f"{KEY}^IL2WATCH"
    assert found["OBX1"][3:9] == [
        "196670^MDC_EVT_LO^MDC", "1.0.0.0.1", "^Urine 8 mL/h, below 10", "", "", "PH~SP",
    ]  # fmt: skip
    assert found["OBX2"][2:8] == [
        "NM", "urine-hour^urine-hour^99IL2", "1.0.0.0.2", "8", "mL/h^mL/h^UCUM", "<10",
    ]  # fmt: skip
    assert [found[f"OBX{place}"][5] for place in (3, 4, 5)] == ["start", "active", "enabled"]


def heartbeat() -> Page:
    beat = {"kind": "heartbeat", "patient": "", "key": "il2watch:heartbeat", "level": "advisory"}
    return msgspec.structs.replace(page(), **beat)


def test_the_heartbeat_says_how_long_silence_may_last_and_names_no_patient() -> None:
    found = segments(heartbeat())
    assert found.keys() == {"MSH", "OBR", "OBX1"}
    assert found["OBX1"][2:7] == [
        "NM", "67860^MDC_ATTR_CONFIRM_TIMEOUT^MDC", "1.0.0.0.8", "180", "264320^MDC_DIM_SEC^MDC",
    ]  # fmt: skip
    receipts, arrived = managed([heartbeat(), page()], says("CA"))
    assert [receipt.reference for receipt in receipts if isinstance(receipt, Receipt)] == [
        split(each).header.text(10) for each in arrived
    ]


@pytest.mark.parametrize(
    ("action", "transition", "phase", "state"),
    [
        ("trigger", "opened", "start", "active"),
        ("trigger", "worsened", "escalate", "active"),
        ("trigger", "improved", "deescalate", "active"),
        ("trigger", "reminder", "continue", "active"),
        ("trigger", "amended", "update", "active"),
        ("acknowledge", "opened", "update", "active"),
        ("resolve", "resolved", "end", "inactive"),
        ("resolve", "amended", "end", "inactive"),
    ],
)
def test_the_phase_is_the_transition(action: str, transition: str, phase: str, state: str) -> None:
    paged = page(action, alert={"transition": transition, "value": None})
    found = segments(paged)
    assert (found["OBX2"][5], found["OBX3"][5]) == (phase, state)
    assert found["OBX4"][5] == ("alert-acknowledged" if action == "acknowledge" else "enabled")


@pytest.mark.parametrize(
    ("level", "flags"),
    [("absolute", "PH~SP"), ("relative", "PM~SP"), ("technical", "PL~ST"), ("advisory", "PL~SA")],
)
def test_priority_and_type_are_the_levels(level: str, flags: str) -> None:
    assert segments(page(level=level))["OBX1"][8] == flags


@pytest.mark.parametrize(
    ("limit", "code"),
    [("<10", "196670^MDC_EVT_LO^MDC"), (">=3", "196648^MDC_EVT_HI^MDC"), (None, "196616^MDC_EVT_ALARM^MDC")],
)
def test_the_code_says_on_which_side_of_the_limit(limit: str | None, code: str) -> None:
    assert segments(page(alert={"limit": limit}))["OBX1"][3] == code


def test_the_first_message_of_an_incident_has_no_parent_and_later_ones_have() -> None:
    first = segments(page(alert={"transition": "opened"}))["OBR"]
    later = segments(page("resolve", alert={"transition": "resolved"}))["OBR"]
    assert len(first) == 8
    assert later[29] == f"^{KEY}&IL2WATCH"


def test_what_a_text_holds_is_no_delimiter() -> None:
    odd = "a|b^c~d\\e&f\rMSH|"
    found = split(text(page(summary=odd, patient=odd, unit=odd, subject=odd)))
    assert [each.name for each in found.segments] == ["MSH", "PID", "PV1", "OBR", *["OBX"] * 5]
    assert found.segments[4].text(5, 2) == odd
    assert found.segments[1].text(3) == odd


def test_a_page_sent_again_has_the_same_control_id_and_another_page_another() -> None:
    ids = [control_id(each) for each in (page(), page(), page(seq=13), page("resolve"))]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(len(each) <= 20 for each in ids)


@pytest.mark.parametrize("action", ACTIONS)
def test_two_other_parsers_read_the_same(action: str) -> None:
    hl7, hl7apy = pytest.importorskip("hl7"), pytest.importorskip("hl7apy.parser")
    body = text(page(action, alert={"value": 8.5, "unit": "mL/h", "limit": "<10"}))
    by_hl7 = hl7.parse(body)
    assert str(by_hl7.segment("PID")[3][0][0]) == PATIENT
    assert [str(each[5]) for each in by_hl7.segments("OBX")][1] == "8.5"
    by_hl7apy = hl7apy.parse_message(body, find_groups=False)
    assert by_hl7apy.pid.pid_3.pid_3_1.value == PATIENT
    assert by_hl7apy.msh.msh_9.value == "ORU^R40^ORU_R40"


@pytest.mark.parametrize("code", ["AA", "CA"])
def test_a_positive_answer_is_the_delivery_and_the_connection_stays(code: str) -> None:
    found, arrived = managed([page(), page(seq=13)], says(code))
    assert found == [Receipt(None, control_id(page())), Receipt(None, control_id(page(seq=13)))]
    assert arrived == [text(page()), text(page(seq=13))]


@pytest.mark.parametrize(
    ("code", "permanent"), [("AE", False), ("CE", False), ("AR", True), ("CR", True), ("", False)]
)
def test_a_negative_answer_is_tried_again_but_for_a_rejection(code: str, permanent: bool) -> None:
    (error,), _ = managed([page()], says(code))
    assert isinstance(error, TransportError)
    assert error.permanent is permanent
    assert PATIENT not in error.message


@pytest.mark.parametrize(
    "first",
    [
        says("AA", "another"),
        lambda asked: [b"\x0bnonsense\x1c\r"],
        lambda asked: [],
        lambda asked: [b"\x0b" + b"x" * 70_000],
    ],
    ids=["another id", "no message", "closed", "endless"],
)
def test_after_an_answer_that_is_none_the_page_is_sent_anew_on_a_new_connection(first: Answer) -> None:
    found, arrived = managed([page(), page()], first, says("AA"))
    assert isinstance(found[0], TransportError)
    assert not found[0].permanent
    assert found[1] == Receipt(None, control_id(page()))
    assert arrived == [text(page())] * 2


def test_an_answer_that_comes_twice_is_not_taken_for_the_next_ones() -> None:
    twice: Answer = lambda asked: says("AA")(asked) * 2  # noqa: E731
    found, _ = managed([page(), page(seq=13), page(seq=13)], twice, says("AA"))
    assert isinstance(found[1], TransportError)
    assert found[2] == Receipt(None, control_id(page(seq=13)))


def test_no_answer_in_time_is_tried_again() -> None:
    (error,), _ = managed([page()], lambda asked: [b"\x0bMSH"], **{"timeout-s": 0.2})
    assert isinstance(error, TransportError)
    assert error.message == "no answer in time"
    assert not error.permanent


def test_nobody_there_is_tried_again() -> None:
    async def run() -> None:
        await channel("am", {"kind": "hl7"} | TABLE).send(page())

    with pytest.raises(TransportError, match="no connection") as caught:
        asyncio.run(run())
    assert not caught.value.permanent


@pytest.mark.parametrize("patient", ["*", ""])
def test_a_system_alarm_is_sent_elsewhere(patient: str) -> None:
    (error,), arrived = managed([page(patient=patient)], says("AA"))
    assert isinstance(error, TransportError)
    assert error.permanent
    assert arrived == []


def test_an_incident_ends_at_the_manager_where_it_was_opened() -> None:
    old = {"address": "127.0.0.1:1", "application": "OLD", "patient-authority": "X", "patient-type": "PI"}
    body = message(page("resolve"), OPTIONS, old)
    assert f"{PATIENT}^^^X^PI" in body
    assert f"^{KEY}&OLD" in body


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"address": "alarms"}, "address"),
        ({"address": "alarms:0"}, "address"),
        ({"address": "alarms:99999"}, "address"),
        ({"patient": False}, "patient"),
        ({"ca-file": "/none.pem"}, "tls"),
        ({"tls": True, "ca-file": "/none.pem"}, ""),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], key: str) -> None:
    with pytest.raises(KeyFault) as caught:
        channel("am", {"kind": "hl7"} | TABLE | options)
    assert key in str(caught.value)
