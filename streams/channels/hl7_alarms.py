"""Send a page to an alarm manager as HL7 v2 over MLLP: ORU^R40, as IHE PCD-04 has it.

One alert a message, in order, over one connection. Its positive answer is the delivery; an answer to another
message closes the connection, for nobody knows what the peer has taken.

    [pager.channels.alarm-manager]
    kind = "hl7"
    address = "alarms.hospital.example:6661"
    patient-authority = "HOSP"                # the assigning authority of the patient ids
    ca-file = "/etc/il2watch/ca.pem"          # TLS; tls = false on a network of its own
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, NamedTuple

import msgspec

from rules.wire.vocabulary import EVERY_PATIENT
from streams.channels.options import ChannelOptions, Seconds, place
from streams.channels.page import Page, Receipt, TransportError, identity_of, message_id
from streams.config.secrets import Secrets, client_context
from streams.config.section import KeyFault
from streams.feeds.mapping.hl7.framing import CR, FS, VT
from streams.feeds.mapping.hl7.splitting import Delimiters, NoMessage, escaped, split

PRIORITY = {"absolute": "PH", "relative": "PM"}
TYPE = {"technical": "ST", "advisory": "SA"}
PHASE = {
    "opened": "start",
    "worsened": "escalate",
    "improved": "deescalate",
    "reminder": "continue",
    "amended": "update",
}
LOW, HIGH, OTHER = "196670^MDC_EVT_LO^MDC", "196648^MDC_EVT_HI^MDC", "196616^MDC_EVT_ALARM^MDC"
WATCHDOG, SECONDS = "67860^MDC_ATTR_CONFIRM_TIMEOUT^MDC", "264320^MDC_DIM_SEC^MDC"
PROFILE = "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.4.1^ISO"
TAKEN, REFUSED = ("AA", "CA"), ("AR", "CR")
MOST_ANSWER_BYTES = 64 * 1024
_DELIMITERS = Delimiters()
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):([0-9]{1,5})")


class Hl7Options(ChannelOptions, frozen=True, kw_only=True):
    """The options of an HL7 channel.

    `address`: host:port; `patient_authority`, `patient_type`: PID-3; `client_*`: a client certificate;
    `application`, `facility`: MSH-3 and MSH-4, `receiving_*`: MSH-5 and MSH-6; `watchdog_timeout_s`: without
    a heartbeat for longer the manager takes us for dead.
    """

    address: str
    patient_authority: str
    patient_type: str = "MR"
    application: str = "IL2WATCH"
    facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    timeout_s: Seconds = 10.0
    watchdog_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 180.0
    tls: bool = True
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None


class Address(NamedTuple):
    """Where an alarm manager listens."""

    host: str
    port: int


def parse_address(where: str, text: str) -> Address:
    """Return host and port. Raises KeyFault."""
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found[2]) <= 65535:
        raise KeyFault(where, ("address",), "is no address; write it like alarms.example:6661")
    return Address(found[1].strip("[]"), int(found[2]))


class Hl7:
    """One alarm manager."""

    Options = Hl7Options

    def __init__(self, name: str, options: Hl7Options, secrets: Secrets) -> None:
        self.name, self._options = name, options
        if not options.patient:
            raise KeyFault(place(name), ("patient",), "PCD-04 is about somebody; leave this key out")
        self._address = parse_address(place(name), options.address)
        self._ssl = _context(name, options)
        self._connection: Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def identity(self) -> dict[str, str]:
        """The manager, and the names by which it knows sender and patient."""
        options = self._options
        return {
            "address": options.address,
            "application": options.application,
            "patient-authority": options.patient_authority,
            "patient-type": options.patient_type,
        }

    async def send(self, page: Page) -> Receipt:
        """Send one message; the reference is its control id.

        Raises TransportError, a permanent one for a page about no patient and for what the manager rejects.
        """
        if page.patient in ("", EVERY_PATIENT) and not _is_heartbeat(page):
            raise TransportError(
                "a page about no patient has no place at an alarm manager; send system alarms elsewhere",
                permanent=True,
            )
        own = identity_of(page, self.identity)
        wanted = parse_address(place(self.name), own["address"])
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._options.timeout_s):
                    answer = await (await self._connected(wanted)).ask(message(page, self._options, own))
                check(answer, control_id(page))
            except (TimeoutError, OSError, EOFError, ssl.SSLError) as error:
                await self.close()
                raise TransportError(_what(error)) from None
            except TransportError as error:
                if not error.permanent:
                    await self.close()
                raise
        return Receipt(None, control_id(page))

    async def _connected(self, wanted: Address) -> Connection:
        if self._connection is not None and self._connection.usable(wanted):
            return self._connection
        await self.close()
        reader, writer = await asyncio.open_connection(
            wanted.host, wanted.port, ssl=self._ssl, limit=MOST_ANSWER_BYTES
        )
        self._connection = Connection(wanted, reader, writer)
        return self._connection

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.writer.close()
            self._connection = None


def _context(name: str, options: Hl7Options) -> ssl.SSLContext | None:
    if options.tls:
        where = place(name)
        return client_context(where, options.ca_file, options.client_cert_file, options.client_key_file)
    if options.ca_file or options.client_cert_file:
        raise KeyFault(place(name), ("tls",), "is false, and certificates are given; leave out one of them")
    return None


def _what(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, EOFError):
        return "the connection ended before the answer"
    return f"no connection: {type(error).__name__}"


class Connection(NamedTuple):
    """An open connection: where to, and its two ends."""

    address: Address
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def usable(self, wanted: Address) -> bool:
        """Return whether a message for this address can be sent over it."""
        return self.address == wanted and not self.writer.is_closing() and not self.reader.at_eof()

    async def ask(self, text: str) -> str:
        """Send a message, and return the next one that comes back. Raises OSError and EOFError."""
        self.writer.write(VT + text.encode() + FS + CR)
        await self.writer.drain()
        try:
            await self.reader.readuntil(VT)
            return (await self.reader.readuntil(FS))[:-1].decode(errors="replace")
        except asyncio.LimitOverrunError:
            raise EOFError from None


def check(answer: str, asked: str) -> None:
    """Return if an answer says that the message is taken. Raises TransportError."""
    try:
        msa = split(answer).first("MSA")
    except NoMessage:
        msa = None
    if msa is None or msa.text(2) != asked:
        raise TransportError("an answer to another message")
    code = msa.text(1).upper()
    if code not in TAKEN:
        raise TransportError(f"answered {code[:2] or 'nothing'}", permanent=code in REFUSED)


def control_id(page: Page) -> str:
    """Return MSH-10: the same however often the page is sent, and at most 20 characters (v2, MSH-10)."""
    return blake2b(message_id(page).encode(), digest_size=10).hexdigest()


def message(page: Page, options: Hl7Options, own: Mapping[str, str]) -> str:
    """Return the message of a page, each segment ended with CR. `own`: the incident's identity."""
    if _is_heartbeat(page):
        segments: Sequence[list[str]] = (_msh(page, options, own), _obr(page, own), _watchdog(page, options))
    else:
        about = (_pid(page, own), _pv1(page), _obr(page, own))
        segments = (_msh(page, options, own), *about, *_observations(page))
    return "".join("|".join(segment) + "\r" for segment in segments)


def _is_heartbeat(page: Page) -> bool:
    """Return whether it is the watchdog's page, by which the manager notices that we are dead."""
    return page.kind == "heartbeat"


def _watchdog(page: Page, options: Hl7Options) -> list[str]:
    """Return the OBX that says for how long, in seconds, no message may come."""
    limit = f"{options.watchdog_timeout_s:g}"
    return ["OBX", "1", "NM", WATCHDOG, "1.0.0.0.8", limit, SECONDS, *[""] * 4, "F"]


def _msh(page: Page, options: Hl7Options, own: Mapping[str, str]) -> list[str]:
    sender = (own["application"], options.facility)
    receiver = (options.receiving_application, options.receiving_facility)
    names = [escaped(each, _DELIMITERS) for each in (*sender, *receiver)]
    head = ["MSH", "^~\\&", *names, when(page.decided), "", "ORU^R40^ORU_R40", control_id(page), "P", "2.6"]
    return [*head, "", "", "AL", "NE", "", "UNICODE UTF-8", "", "", PROFILE]


def _pid(page: Page, own: Mapping[str, str]) -> list[str]:
    id, authority, kind = (
        escaped(each, _DELIMITERS) for each in (page.patient, own["patient-authority"], own["patient-type"])
    )
    return ["PID", "1", "", f"{id}^^^{authority}^{kind}"]


def _pv1(page: Page) -> list[str]:
    return ["PV1", "", "I", escaped(page.unit or "", _DELIMITERS)]


def _obr(page: Page, own: Mapping[str, str]) -> list[str]:
    """Return the order: OBR-3 is the incident; OBR-29 repeats it, but for the first message of it."""
    application = escaped(own["application"], _DELIMITERS)
    incident = escaped(page.key, _DELIMITERS)
    first = (
        page.action == "trigger" and page.since in (None, page.at) and _phase(page) in ("start", "escalate")
    )
    parent = "" if first else f"^{incident}&{application}"
    order = ["OBR", "1", f"{control_id(page)}^{application}", f"{incident}^{application}", OTHER]
    return [*order, "", "", when(page.at), *[""] * 21, parent] if parent else [*order, "", "", when(page.at)]


def _observations(page: Page) -> list[list[str]]:
    ended = page.action == "resolve"
    state = "inactive" if ended else "active"
    answered = "alert-acknowledged" if page.action == "acknowledge" else "enabled"
    sets = [
        (1, "CWE", _event(page), f"^{escaped(page.summary, _DELIMITERS)}", "", "", _flags(page)),
        *_value(page),
        (3, "ST", "68481^MDC_ATTR_EVENT_PHASE^MDC", _phase(page), "", "", ""),
        (4, "ST", "68482^MDC_ATTR_ALARM_STATE^MDC", state, "", "", ""),
        (5, "ST", "68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC", answered, "", "", ""),
    ]
    return [_obx(number, *each, page) for number, each in enumerate(sets, 1)]


def _obx(
    number: int, facet: int, type: str, code: str, value: str, unit: str, limits: str, flags: str, page: Page
) -> list[str]:
    """Return one OBX; `facet`: its place in OBX-4."""
    timed = ["", "", when(page.at)] if facet <= 2 else []
    return [
        "OBX",
        str(number),
        type,
        code,
        f"1.0.0.0.{facet}",
        value,
        unit,
        limits,
        flags,
        "",
        "",
        "F",
        *timed,
    ]


def _event(page: Page) -> str:
    """Return the alarm's code: below a limit, above it, or another."""
    limit = str(page.alert.get("limit") or "")
    return LOW if limit.startswith("<") else HIGH if limit.startswith(">") else OTHER


def _value(page: Page) -> list[tuple[int, str, str, str, str, str, str]]:
    """Return the value that decided, by the subject it belongs to; none where the alert has no number.

    Of a guideline pack beside: its verdict, and in place of the limits the deciding pack's.
    """
    verdicts = _verdicts(page)
    if verdicts:
        subject, beside, decides = (escaped(one, _DELIMITERS) for one in (page.subject, *verdicts))
        return [(2, "ST", f"{subject}^{subject}^99IL2", beside, "", decides, "")]
    value, unit = page.alert.get("value"), page.alert.get("unit")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    subject, units, limit = (
        escaped(str(each or ""), _DELIMITERS) for each in (page.subject, unit, page.alert.get("limit"))
    )
    coded = f"{units}^{units}^UCUM" if units else ""
    return [(2, "NM", f"{subject}^{subject}^99IL2", f"{value:.10g}", coded, limit, "")]


def _verdicts(page: Page) -> tuple[str, ...]:
    """Return the verdict of a pack beside and that of the deciding one; nothing on any other alert."""
    context = page.alert.get("context")
    found = context.get("verdicts") if isinstance(context, Mapping) else None
    if not isinstance(found, Mapping):
        return ()
    return str(found.get("overlay")), f"decides {found.get('decides')}"


def _flags(page: Page) -> str:
    return f"{PRIORITY.get(page.level, 'PL')}~{TYPE.get(page.level, 'SP')}"


def _phase(page: Page) -> str:
    if page.action == "resolve":
        return "end"
    if page.action == "acknowledge":
        return "update"
    return PHASE.get(str(page.alert.get("transition")), "update")


def when(text: str) -> str:
    """Return a time of the wire (UTC, `Z`) as HL7 writes it."""
    return re.sub(r"[-:T]|\.[0-9]+", "", text.removesuffix("Z")) + "+0000"
