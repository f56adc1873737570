"""Define the configuration's `[feeds.NAME]` tables: a hospital interface each.

[feeds.icu-monitors]
kind = "mllp"                                     # or "fhir"
listen = "127.0.0.1:2575"                         # default: this machine alone
tls-cert-file = "/etc/il2watch/feed.pem"          # and tls-key-file; client-ca-file: mutual TLS
allow = ["10.0.8.0/24"]
time-zone = "America/Chicago"                     # only for times without a zone
patient = { authorities = ["HOSP"], types = ["MR", "PI"] }
map = ["builtin:mdc", "builtin:loinc", "maps/icu.csv"]
units = { UMOLL = "umol/L" }
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from rules.wire.durations import duration
from streams.config.section import Duration, Fault, SiteFile, Table

Size = Annotated[str, msgspec.Meta(pattern=r"^ *[1-9][0-9]{0,5} ?(KiB|MiB) *$")]
Charset = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
_SIZES = {"KiB": 1 << 10, "MiB": 1 << 20}
LARGEST = 64 << 20
NAME_PATTERN = "^[a-z0-9][a-z0-9-]{0,39}$"


def described(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


class PatientIds(Table, frozen=True, kw_only=True):
    """Which of a message's patient ids counts."""

    authorities: Annotated[tuple[str, ...], described("assigning authorities; none: any")] = ()
    types: Annotated[tuple[str, ...], described('types of id; "" is one without a type')] = ("MR", "PI")


class FeedTable(Table, frozen=True, kw_only=True):
    """The keys of a `[feeds.NAME]` table."""

    kind: Annotated[Literal["mllp", "fhir"], described("HL7 v2 over MLLP, or FHIR over HTTP")]
    listen: Annotated[str, described("address:port; another than this machine's needs TLS or allow")] = (
        "127.0.0.1:2575"
    )
    tls_cert_file: Annotated[str | None, described("certificate to serve TLS with")] = None
    tls_key_file: Annotated[str | None, described("its key")] = None
    client_ca_file: Annotated[str | None, described("who signs the senders' certificates: mutual TLS")] = None
    bearer_file: Annotated[str | None, described("FHIR: tokens that are let in, one a line")] = None
    base_url: Annotated[str | None, described("FHIR: what the sender's relative references stand under")] = (
        None
    )
    allow: Annotated[tuple[str, ...], described("networks that may connect; none: all that can")] = ()
    max_message: Annotated[Size, described("the largest message that is taken")] = "4 MiB"
    max_connections: Annotated[int, msgspec.Meta(ge=1, le=1000, description="at a time")] = 64
    idle: Annotated[Duration, described("a connection silent for longer is closed")] = "15 min"
    hold: Annotated[Duration, described("how long the broker may take, below the sender's time-out")] = "4 s"
    on_outage: Annotated[Literal["close", "nak"], described("when the broker does not answer")] = "close"
    silence: Annotated[Duration, described("nothing from this feed for longer is an alarm")] = "10 min"
    processing_ids: Annotated[tuple[str, ...], described("of MSH-11; others are refused")] = ("P",)
    ignore: Annotated[tuple[str, ...], described("message types taken without a word: ORM, ORM^O01")] = ()
    time_zone: Annotated[str | None, described("only for times without a zone")] = None
    charset: Annotated[Charset, described("of messages that declare none")] = "ascii"
    second_charset: Annotated[Charset, described("tried once when that fails")] = "iso-8859-1"
    patient: Annotated[PatientIds, described("which patient id counts")] = PatientIds()
    beds: Annotated[
        Literal["adt"] | None, described("adt: a reading without a patient id is that of who lies in its bed")
    ] = None
    raw: Annotated[Literal["final", "preliminary"], described("OBX-11 R")] = "preliminary"
    empty_status: Annotated[Literal["refuse", "final"], described("OBX-11 empty")] = "refuse"
    x_with_value: Annotated[Literal["refuse", "final"], described("OBX-11 X beside a value")] = "refuse"
    sentinels: Annotated[tuple[float, ...], described("numbers that mean none")] = ()
    decimal_comma: Annotated[bool, described("numbers are written 2,6")] = False
    id_time: Annotated[bool, described("serial draws come under one filler order number")] = False
    message_time: Annotated[bool, described("a reading without a time has that of its message")] = False
    rxa20_missing: Annotated[Literal["CP"] | None, described("RXA-20 empty; else it is refused")] = None
    unmapped: Annotated[Literal["count", "keep"], described("keep: a dead letter for unmapped codes")] = (
        "count"
    )
    unmapped_alert: Annotated[
        int, msgspec.Meta(ge=0, description="an unknown code that comes so often a day is an alarm; 0: none")
    ] = 0
    replay: Annotated[bool, described("a rehearsal: known is when the message was made, not now")] = False
    map: Annotated[tuple[str, ...], described("maps, later ones override; none: the built-in ones")] = ()
    units: Annotated[dict[str, str], described("local spellings of units")] = msgspec.field(
        default_factory=dict
    )

    @property
    def largest(self) -> int:
        """The largest message, bytes."""
        number, unit = re.findall(r"[0-9]+|[KM]iB", self.max_message)
        return int(number) * _SIZES[unit]

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def tables(file: SiteFile) -> dict[str, FeedTable]:
    """Return the tables of all feeds, checked. Raises UsageError naming file, line and key."""
    found: dict[str, FeedTable] = {}
    for name in _names(file):
        table = file.section(FeedTable, "feeds", name)
        if fault := next(conflicts(table), None):
            file.blame(("feeds", name, fault.key), fault.text)
        found[name] = table
    return found


def _names(file: SiteFile) -> list[str]:
    values = file.document.values.get("feeds", {})
    if not isinstance(values, dict):
        file.blame(("feeds",), "a table is wanted for each feed; write [feeds.NAME]")
    for name in values:
        if not re.match(NAME_PATTERN, name):
            file.blame(("feeds", name), "a feed's name has small letters, digits and hyphens")
    return list(values)


def conflicts(table: FeedTable) -> Iterator[Fault]:
    """Yield what is wrong with a table beyond its types."""
    yield from _address_faults(table)
    yield from _file_faults(table)
    yield from _text_faults(table)


def _address_faults(table: FeedTable) -> Iterator[Fault]:
    host, _, port = table.listen.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        yield Fault("listen", "is not address:port, like 127.0.0.1:2575")
    elif host.strip("[]") not in LOOPBACK and not (table.client_ca_file or table.allow or table.bearer_file):
        yield Fault("listen", "others can reach it: say who may, with client-ca-file or allow")
    for network in table.allow:
        try:
            ip_network(network)
        except ValueError as error:
            yield Fault("allow", str(error))


def _file_faults(table: FeedTable) -> Iterator[Fault]:
    if bool(table.tls_cert_file) != bool(table.tls_key_file):
        yield Fault("tls-cert-file", "tls-cert-file and tls-key-file go together")
    if table.client_ca_file and not table.tls_cert_file:
        yield Fault("client-ca-file", "needs tls-cert-file")
    if table.kind == "mllp" and (table.bearer_file or table.base_url):
        yield Fault("bearer-file" if table.bearer_file else "base-url", "belongs to a feed of kind fhir")


def _text_faults(table: FeedTable) -> Iterator[Fault]:
    for key, text in (("idle", table.idle), ("hold", table.hold), ("silence", table.silence)):
        try:
            duration(text)
        except ValueError as error:
            yield Fault(key, str(error))
    for key, charset in (("charset", table.charset), ("second-charset", table.second_charset)):
        try:
            codecs.lookup(charset)
        except LookupError:
            yield Fault(key, f"{charset!r} is no character set")
    try:
        ZoneInfo(table.time_zone or "UTC")
    except (LookupError, ValueError, OSError):
        yield Fault("time-zone", f"{table.time_zone!r} is no zone; write it like America/Chicago")
    if table.largest > LARGEST:
        yield Fault("max-message", "is at most 64 MiB")
