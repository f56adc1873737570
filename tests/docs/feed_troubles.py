"""Write docs/reference/feeds/analyst.md, what goes wrong and what shows it: `python -m tests.docs.feed_troubles`.

Every first line is what the program says when the fault is made, here and now: by `feed check`, `feed map` or
`config check` on a file, or in the log of a feed that listens on loopback.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import yaml

from streams.cli.main import main
from streams.config.feeds import FeedTable
from streams.errors import UsageError
from streams.feeds.mapping.tables import Tables
from streams.feeds.service.conversation import Feed
from streams.feeds.service.fhir import FhirListener
from streams.feeds.service.listening import Listener
from streams.feeds.service.running import judged
from tests.docs.feed_forms import FOLDER, forms
from tests.docs.texts import cell
from tests.kept import ROOT
from tests.streams.feeds.certificates import DAY, Signer
from tests.streams.feeds.support import HERE, SAMPLES, rules, sample
from tests.streams.feeds.test_certificates import answered, handshake, replace, trusted
from tests.streams.feeds.test_fhir import NOWHERE, bundle, observation
from tests.streams.feeds.test_fhir_listener import TABLE, Kept, asked

PAGE, INDEX = FOLDER / "analyst.md", FOLDER / "README.md"
CHECK, LOG = "`feed check`", "log of `feed hl7`, `feed fhir`"
ANSWER = "answer of `feed fhir`"
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
RULES = ROOT / "deploy/prometheus/rules/feeds.yml"


class Trouble(NamedTuple):
    """A fault: in words, where it shows first, how it is made there, its alarm, and what to do."""

    what: str
    where: str
    shown: Callable[[], str]
    alarm: str
    do: str


def checked(*captured: bytes, feed: str = "strict", name: str = "captured.hl7") -> str:
    """Return the first line of `feed check` on captured messages, a file each."""
    with TemporaryDirectory() as folder:
        for number, data in enumerate(captured):
            (Path(folder) / f"{number}-{name}").write_bytes(data)
        return _first("feed", "check", folder, "--config", str(HERE / "site.toml"), "--feed", feed)


def checked_fhir(*resources: Any, feed: str = "fhir") -> str:
    """Return the first line of `feed check` on FHIR resources."""
    return checked(*(json.dumps(each).encode() for each in resources), feed=feed, name="captured.json")


def _first(*arguments: str) -> str:
    """Return the first line that a command says."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        main(list(arguments))
    return (out.getvalue() + err.getvalue()).splitlines()[0]


def edited(number: str, *pairs: tuple[str, str]) -> bytes:
    """Return a sample with texts put in the place of others."""
    data = sample(number)
    for old, new in pairs:
        assert old.encode() in data, (number, old)
        data = data.replace(old.encode(), new.encode())
    return data


def configured(text: str, map: str, *command: str) -> str:
    """Return the first line of a command in a folder with a configuration and a map."""
    with TemporaryDirectory() as folder, chdir(folder):
        Path("site.toml").write_text(text, encoding="utf-8")
        Path("icu.csv").write_text(map, encoding="utf-8")
        return _first(*command).removeprefix("il2watch: ")


class Lines(logging.Handler):
    """Keeps what is logged at warning and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def logged() -> Iterator[list[str]]:
    log, handler = logging.getLogger("il2watch.feeds"), Lines()
    log.addHandler(handler)
    try:
        yield handler.found
    finally:
        log.removeHandler(handler)


Client = Callable[[Any], Awaitable[Any]]


def listening(client: Client, kind: str = "mllp", store: Kept | None = None, **keys: Any) -> str:
    """Return the first line that a listener on loopback logs while a client does what it does."""
    table = FeedTable(kind=kind, listen="127.0.0.1:0", hold="1 s", **keys)  # type: ignore[arg-type]

    async def run() -> None:
        own = msgspec.structs.replace(rules("strict"), name="icu")
        feed = Feed(table, own, Tables(), store or Kept(), lambda prior: None)  # type: ignore[arg-type]
        listener: Any = (Listener if kind == "mllp" else FhirListener)(feed)
        await listener.start()
        judged(listener)
        try:
            await client(listener)
        finally:
            await listener.stop()

    with logged() as lines:
        asyncio.run(run())
    return TIME.sub("TIME", lines[0])


async def _send(data: bytes, listener: Any) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    with suppress(OSError):
        writer.write(data)
        await reader.read(1)
    writer.close()


def framed(number: str) -> bytes:
    return b"\x0b" + sample(number) + b"\x1c\r"


def with_certificates(client: Callable[[Path, Any], Awaitable[Any]], own: str = "server") -> str:
    """Return the first line of a listener with mutual TLS. `own`: its certificate."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        ours = Signer(folder)
        for each in ("server", "sender", "renewed"):
            ours.sign(each)
        ours.sign("ended", -20 * DAY, -DAY)
        ours.sign("to-come", DAY, 20 * DAY)
        Signer(folder, "other").sign("stranger")
        files = {"tls_cert_file": f"{own}.pem", "tls_key_file": f"{own}.key", "client_ca_file": "ca.pem"}
        keys = {key: str(folder / file) for key, file in files.items()}
        return listening(partial(client, folder), **keys)


async def _as_sender(folder: Path, listener: Any, name: str | None = "sender") -> None:
    await answered(listener, trusted(folder, name))


async def _who_trusts(signer: str, folder: Path, listener: Any) -> None:
    await asyncio.to_thread(handshake, listener.port, trusted(folder, "sender", signer))


async def _nothing(folder: Path, listener: Any) -> None:
    return None


async def _renewed_by_half(folder: Path, listener: Any) -> None:
    replace(folder, "server", "renewed", "pem")
    listener.certificate.renew()


def taken() -> str:
    """Return what a feed says whose address another process has."""

    async def run() -> str:
        async with await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0) as server:
            address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            feed = Feed(FeedTable(kind="mllp", listen=address), rules("strict"), Tables(), Kept(), str)  # type: ignore[arg-type]
            try:
                await Listener(feed).start()
            except UsageError as fault:
                return re.sub(r"\b\d{4,5}\b", "2575", str(fault)).replace("strict", "icu")
        return ""

    return asyncio.run(run())


def answer(method: str, path: str, body: Any, **keys: Any) -> str:
    """Return what the FHIR feed answers: the status, and what its OperationOutcome says."""
    found = asked(method, path, body, **keys)
    return f"{found.status} {found.body['issue'][0]['diagnostics']}"


def unauthorized() -> str:
    with TemporaryDirectory() as folder:
        (Path(folder) / "tokens").write_text("right")
        table = msgspec.structs.replace(TABLE, bearer_file=f"{folder}/tokens")
        return answer("POST", "/Observation", observation(), table=table)


def alarmed(name: str) -> str:
    """Return what an alarm says of the feed `icu`."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    (text,) = (
        rule["annotations"]["summary"] for group in groups for rule in group["rules"] if rule["alert"] == name
    )
    return str(text).replace("{{ $labels.feed }}", "icu").replace("{{ $labels.service }}", "feed-hl7")


LATER = ("20260302060000", "20260302100000")
SECOND_ID = ("T0000001^^^HOSP^MR", "T0000001^^^HOSP^MR~T0000002^^^HOSP^MR")
MAP_HEAD = "system,code,type,our_code\n"
NOTIFIED = {"resourceType": "SubscriptionStatus", "subscription": {"reference": "Subscription/s1"}}


def notified(number: int) -> Any:
    return bundle("history", NOTIFIED | {"notificationEvent": [{"eventNumber": str(number)}]})


REFUSES, UNMAPPED, SKEW, SILENT = (
    "Il2FeedRefuses",
    "Il2FeedUnmapped",
    "Il2FeedClockSkew",
    "Il2InterfaceSilent",
)
CERTIFICATE, NOT_STORED, LOST, NO_FEED = (
    "Il2FeedCertificate", "Il2FeedNotStored", "Il2FeedNotificationsLost", "Il2NoFeed",
)  # fmt: skip

TROUBLES = (
    Trouble("a code that the map does not know", CHECK, lambda: checked(sample("39")), UNMAPPED,
            "a row in the site's map, or `ignore`"),
    Trouble("a number and a name that stand for different things", CHECK,
            lambda: checked(edited("54", ("^^^^||DOE", "^^^HOSP^MR||DOE"))), REFUSES,
            "ask which is right; then a row for the pair"),
    Trouble("a unit that does not convert", CHECK, lambda: checked(edited("80", ("mg/dL", "mmol"))), REFUSES,
            "`units`, if it is a spelling; else the laboratory"),
    Trouble("no unit", CHECK, lambda: checked(edited("109", ("264864^MDC_DIM_BEAT_PER_MIN^MDC", ""))), REFUSES,
            "`unit_default` in the row, if it never differs"),
    Trouble("text where a number belongs", CHECK, lambda: checked(edited("80", ("2.6", "hemolyzed"))), REFUSES,
            "none: the engine knows that a result came which cannot be read"),
    Trouble("times without a zone", CHECK, lambda: checked(sample("56")), REFUSES,
            "`time-zone`, if all its times are local"),
    Trouble("a wrong time zone, or a clock that is ahead", CHECK,
            lambda: checked(edited("81", LATER)), SKEW, "the sender's clock and zone; then `time-zone`"),
    Trouble("the hour that happens twice, and the one that does not", CHECK, lambda: checked(sample("111")),
            REFUSES, "have the sender write its offset"),
    Trouble("a day in place of a time (FHIR)", CHECK,
            lambda: checked_fhir(observation(effectiveDateTime="2026-03-02")), REFUSES,
            "have the sender write an instant"),
    Trouble("no patient", CHECK, lambda: checked(sample("108")), REFUSES, "associate the device"),
    Trouble("ids of an authority that is not configured", CHECK, lambda: checked(sample("80"), feed="mpi"),
            REFUSES, "`patient`: the line *patient ids* lists what comes"),
    Trouble("a Patient that has not come (FHIR)", CHECK, lambda: checked_fhir(observation(), feed="fhir-mrn"),
            REFUSES, "send every Patient first, or in the same bundle"),
    Trouble("two patients in one message", CHECK, lambda: checked(edited("80", SECOND_ID)), REFUSES,
            "the sender: a message is of one patient"),
    Trouble("a swapped patient: another name under one id", CHECK,
            lambda: checked(sample("80"), edited("81", ("DOE^JANE", "ROE^RICHARD"))), "",
            "the sender withdraws each reading (W, or `entered-in-error`); nothing is withdrawn by guess"),
    Trouble("a control id that is used for other messages", CHECK,
            lambda: checked(sample("80"), edited("81", ("LAB0002", "LAB0001"))), "",
            "harmless here: content is told apart by its own ids; the sender's numbering"),
    Trouble("a final result that comes again with another value", CHECK,
            lambda: checked(sample("81"), edited("81", ("LAB0002", "LAB0009"), ("|2.6|", "|1.6|"),
                                                 ("20260302072000", "20260302082000"))), "",
            "taken for a correction; the laboratory should send C"),
    Trouble("several draws under one order number", CHECK,
            lambda: checked(sample("81"), edited("81", ("LAB0002", "LAB0009"), LATER,
                                                 ("20260302072000", "20260302110000"))), "",
            "`id-time = true`"),
    Trouble("a type of message that says nothing here", CHECK, lambda: checked(sample("115")), "",
            "route it elsewhere, or list it in `ignore`"),
    Trouble("a training or test message", CHECK, lambda: checked(sample("116")), "",
            "another feed for tests; `processing-ids` only where nothing is true"),
    Trouble("no control id", CHECK, lambda: checked(sample("114")), REFUSES,
            "the sender: no answer could be matched"),
    Trouble("UTF-16", CHECK, lambda: checked((SAMPLES / "mllp/11-utf16.mllp").read_bytes()), REFUSES,
            "have the sender write UTF-8, and say so in MSH-18"),
    Trouble("a vasopressor by volume (FHIR)", CHECK,
            lambda: checked(*(json.dumps(PRESSOR).encode(),), feed="fhir", name="captured.json"), REFUSES,
            "the sender: a rate by dose, or with the concentration; the engine knows that it runs"),
    Trouble("a bundle of a type that is not taken (FHIR)", CHECK,
            lambda: checked_fhir({"resourceType": "Bundle", "type": "document"}), REFUSES,
            "transaction, batch, collection, message or history"),
    Trouble("lost notifications (FHIR)", CHECK, lambda: checked_fhir(notified(3), notified(6)), LOST,
            "have the server send the gap again"),
    Trouble("nothing was captured", CHECK, checked, "", "the path"),
    Trouble("a map row that cannot be right", "`feed map --lint`",
            lambda: configured('[feeds.icu]\nkind = "mllp"\nmap = ["icu.csv"]\n',
                               f"{MAP_HEAD}LN,3150-6,vitals,fio2\n",
                               "feed", "map", "--lint", "--config", "site.toml"), "", "the row"),
    Trouble("a key that is none", "`config check`",
            lambda: configured('[feeds.icu]\nkind = "mllp"\ntime-zon = "UTC"\n', MAP_HEAD,
                               "config", "check", "site.toml"), "", "the line it names"),
    Trouble("a map that is not there", "`config check`",
            lambda: configured('[feeds.icu]\nkind = "mllp"\nmap = ["no.csv"]\n', MAP_HEAD,
                               "config", "check", "site.toml"), "", "the path, from the configuration's folder"),
    Trouble("our certificate ended", LOG, lambda: with_certificates(_nothing, "ended"), CERTIFICATE,
            "put a new pair in its place: no restart"),
    Trouble("our certificate is not valid yet", LOG, lambda: with_certificates(_nothing, "to-come"),
            SILENT, "the machine's clock, or wait"),
    Trouble("a sender refuses our certificate, for its signer", LOG,
            lambda: with_certificates(partial(_who_trusts, "other")), SILENT, "give the sender our signer's"),
    Trouble("the sender's certificate ended", LOG,
            lambda: with_certificates(partial(_as_sender, name="ended")), SILENT, "the sender's certificate"),
    Trouble("the sender's certificate is not valid yet", LOG,
            lambda: with_certificates(partial(_as_sender, name="to-come")), SILENT, "the clocks of both"),
    Trouble("the sender's certificate has another signer", LOG,
            lambda: with_certificates(partial(_as_sender, name="stranger")), SILENT, "`client-ca-file`"),
    Trouble("the sender has no certificate", LOG,
            lambda: with_certificates(partial(_as_sender, name=None)), SILENT, "mutual TLS in the sender"),
    Trouble("a certificate renewed without its key", LOG, lambda: with_certificates(_renewed_by_half),
            CERTIFICATE, "put the key there too"),
    Trouble("TLS to a port that serves none", LOG,
            lambda: listening(partial(_send, (SAMPLES / "mllp/12-tls-client-hello.mllp").read_bytes())),
            SILENT, "`tls-cert-file`, or the sender without TLS"),
    Trouble("an address that is not allowed", LOG,
            lambda: listening(partial(_send, framed("80")), allow=("10.0.0.0/8",)), SILENT, "`allow`"),
    Trouble("the broker does not answer", LOG,
            lambda: listening(partial(_send, framed("80")), store=Kept(away=True)), NOT_STORED,
            "Kafka; senders keep what is not answered"),
    Trouble("the address is in use", LOG, taken, NO_FEED, "`listen`, or the other process"),
    Trouble("a message larger than the feed takes", CHECK,
            lambda: checked(sample("80") + b"NTE|1||" + b"x" * (4 << 20) + b"\r"), REFUSES, "`max-message`"),
    Trouble("a wrong bearer token (FHIR)", ANSWER, unauthorized, SILENT, "`bearer-file`"),
    Trouble("the broker does not answer (FHIR)", ANSWER,
            lambda: answer("POST", "/Observation", observation(), store=Kept(away=True)), NOT_STORED,
            "Kafka; the sender is to come again"),
    Trouble("a transaction about a reference that leads nowhere (FHIR)", ANSWER,
            lambda: answer("POST", "/", bundle("transaction", observation(subject=NOWHERE))), REFUSES,
            "the sender: nothing of it is stored"),
    Trouble("a resource that is not taken (FHIR)", ANSWER,
            lambda: answer("POST", "/MedicationRequest", {"resourceType": "MedicationRequest"}), "",
            "an order is no administration"),
    Trouble("a source that falls silent", "alarm", lambda: alarmed(SILENT), SILENT, "the interface engine"),
    Trouble("the service does not run", "alarm", lambda: alarmed(NO_FEED), NO_FEED, "start it"),
)  # fmt: skip
PRESSOR = {
    "resourceType": "MedicationAdministration", "id": "m1", "status": "in-progress",
    "medicationCodeableConcept": {"text": "phenylephrine"}, "subject": {"reference": "Patient/p1"},
    "effectivePeriod": {"start": "2026-03-02T15:00:00Z"},
    "dosage": {"rateQuantity": {"value": 30, "code": "mL/h"}},
}  # fmt: skip

TEXT = """\
# What an interface analyst sees

What can be wrong with an interface, where it shows first, and the first line that is shown there. `make docs` makes each fault and writes down what the program says; a test does the
same. `feed check` is run on captured traffic before a feed goes live, and on what a letter of `il2.deadletters` holds afterwards. The alarms are those of a feed that runs: each names
its runbook. Where there is none, the dashboard *Feeds* counts it.
"""


def page() -> str:
    """Return the page."""
    rows = [
        f"| {each.what} | {each.where} | `{cell(each.shown())}` | {_linked(each.alarm)} | {each.do} |"
        for each in TROUBLES
    ]
    head = (
        "| what is wrong | where it shows | first line | alarm, runbook | what to do |",
        "|---|---|---|---|---|",
    )
    return TEXT + "\n" + "\n".join((*head, *rows)) + "\n"


def _linked(alarm: str) -> str:
    return f"[{alarm}](../../runbooks/{alarm}.md)" if alarm else ""


def index() -> str:
    """Return the page that lists the forms."""
    rows = [
        f"- [{form.title}]({form.name}.md): {len(form.samples())} sample{'s' * (len(form.samples()) != 1)}"
        for form in forms()
    ]
    text = (
        "# Forms of messages that were tried\n\nEach against samples only, never against a vendor's machine: "
        "what to state, what `feed check` says, what becomes of them. [What an\ninterface analyst "
        "sees](analyst.md) lists what can be wrong. Written by `make docs`.\n"
    )
    return text + "\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    INDEX.write_text(index(), encoding="utf-8")
