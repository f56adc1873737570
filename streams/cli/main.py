"""Dispatch the command line: one literal table of commands, each imported only when called.

Source: wire.md, "Command line".
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TextIO

from streams.errors import Unanswered, UsageError
from streams.service.exit_codes import DONE, INTERRUPTED, STUCK, USAGE, complain, version


class Command(NamedTuple):
    """A command: where its function is (`module:function`), and what it does, in one line."""

    function: str
    summary: str

    @property
    def parser(self) -> str:
        """The place of the function that makes the command's parser.

        It is named as the command's own: `parser` beside `main`, `ls_parser` beside `ls_main`.
        """
        return f"{self.function.removesuffix('main')}parser"


COMMANDS = {
    "demo": Command("streams.cli.demo:main", "everything on this machine, with simulated patients"),
    "assess": Command("streams.cli.assess:main", "one assessment per patient, at an instant"),
    "run": Command("streams.cli.run:main", "every alert transition of a file, in order"),
    "explain": Command("streams.cli.explain:main", "why an alert fired, or why not, in words"),
    "simulate": Command("streams.cli.simulate:main", "a simulated ward's events, and their ground truth"),
    "faults": Command("streams.cli.faults:main", "a file of events with the faults of a bad feed"),
    "score": Command("streams.cli.score:main", "sensitivity, delay and alarm burden against ground truth"),
    "handover": Command("streams.cli.handover:main", "a sheet a patient of a shift, for the next one"),
    "review": Command("streams.cli.review:main", "alarms, answers and feed of some weeks, for a committee"),
    "plot": Command("streams.cli.plot:main", "a patient's course on one page, as a flowsheet"),
    "worker": Command("streams.cli.worker:main", "read the topics, keep the charts, publish the alerts"),
    "pager": Command("streams.cli.pager:main", "page people, until somebody acknowledges"),
    "ack": Command("streams.cli.ack:main", "acknowledge an alert"),
    "mark": Command("streams.cli.mark:main", "mark a page as useful, useless or late"),
    "silence add": Command("streams.cli.silence:add_main", "no pages of a subject for a while"),
    "silence ls": Command("streams.cli.silence:ls_main", "list the silences in force"),
    "silence expire": Command("streams.cli.silence:expire_main", "end a silence"),
    "resume": Command("streams.cli.physician:resume_main", "lift a stop rule"),
    "accept": Command("streams.cli.physician:accept_main", "accept a known abnormality"),
    "forget": Command("streams.cli.forget:main", "erase a patient from state, outbox and assessments"),
    "census": Command("streams.cli.census:main", "counts of the ward's patients, as metrics for a dashboard"),
    "import mimic-iv": Command("streams.cli.imports:mimic_main", "real ICU stays of MIMIC-IV, as events"),
    "import csv": Command(
        "streams.cli.import_csv:main", "a table in the layout of docs/reference/columns.md, as events"
    ),
    "import hl7": Command("streams.cli.feed:import_main", "captured HL7 v2 messages, as events"),
    "import fhir": Command("streams.cli.feed:fhir_main", "FHIR resources and bulk exports, as events"),
    "feed hl7": Command("streams.cli.feed:hl7_main", "take HL7 v2 over MLLP, publish, acknowledge"),
    "feed fhir": Command("streams.cli.feed:feed_fhir_main", "take FHIR R4 over HTTP, publish, answer"),
    "feed check": Command("streams.cli.feed:check_main", "what captured messages hold, on one page"),
    "feed map": Command("streams.cli.feed:map_main", "the effective code map of a feed, checked"),
    "board": Command("streams.cli.board:main", "a live page of the unit and of each patient"),
    "replay": Command("streams.cli.replay:main", "publish a file of events to Kafka, paced"),
    "export": Command("streams.cli.export:main", "the topics as a file of events, in order of knowing"),
    "deadletters ls": Command("streams.cli.deadletters:ls_main", "list the refused records, with reasons"),
    "deadletters replay": Command("streams.cli.deadletters:replay_main", "send corrected records again"),
    "backtest": Command(
        "streams.cli.backtest:main", "the alerts that only one of two configurations or versions gives"
    ),
    "packs ls": Command("streams.cli.packs:ls_main", "list the guideline packs, with their status"),
    "packs show": Command("streams.cli.packs:show_main", "what is in a guideline pack, row by row"),
    "packs check": Command("streams.cli.packs:check_main", "which packs a site uses, and what it has signed"),
    "config check": Command("streams.cli.config:main", "validate a site configuration"),
    "config schema": Command("streams.cli.config:schema_main", "print its JSON Schema, for editors"),
    "broker": Command("streams.cli.broker:main", "run the embedded broker, in memory, for trials"),
    "topics create": Command("streams.cli.topics:create_main", "create the topics that are missing"),
    "topics check": Command("streams.cli.topics:check_main", "report topics whose settings differ"),
    "qualify": Command("streams.cli.qualify:main", "show that what runs here is what was tested"),
}

CLIENTS = ("kafka", "aiokafka")

HEAD = """\
usage: il2watch COMMAND [...]

Watches patients on high-dose interleukin-2 against the published guideline.
It advises and never doses: every decision stays with the clinician.

commands:
"""

TAIL = """
  il2watch COMMAND --help gives details and an example
  il2watch --version      prints the version

FILE is JSON Lines, one event a line, plain or gzip; '-' is standard input.
--config FILE, or IL2WATCH_CONFIG, names the site configuration (TOML).
exit: 0 done, 1 findings (a mismatch, --strict), 2 usage or configuration, 3 the broker
does not answer, or no progress, 130 interrupted

example:
  il2watch run ward.jsonl          every alert of the file, in order
  il2watch assess ward.jsonl       the state of each patient at its end
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a user's error is one line on stderr."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_streams()
    try:
        code = dispatch(arguments)
        sys.stdout.flush()
        return code
    except Unanswered as error:
        complain(str(error))
        return STUCK
    except UsageError as error:
        return complain(str(error))
    except BrokenPipeError:
        return reader_left()
    except OSError as error:
        abandon_stdout()
        return complain(f"{error.filename or 'standard output'}: {error.strerror or 'it is closed'}")
    except KeyboardInterrupt:
        abandon_stdout()
        return INTERRUPTED
    except Exception as error:
        return broker_left(error)


def broker_left(error: Exception) -> int:
    """End with one sentence when the broker went while a command was at work; raise all other errors."""
    if not of_the_broker(error):
        raise error
    abandon_stdout()
    complain(f"the broker does not answer any more ({type(error).__name__}); is it running?")
    return STUCK


def of_the_broker(error: Exception) -> bool:
    """Return whether an error is one of a Kafka client's.

    The clients are not imported for that: most commands need none.
    """
    return any(kind.__module__.split(".")[0] in CLIENTS for kind in type(error).__mro__)


class LossyFile(io.FileIO):
    """A file for messages: what cannot be written is lost, and no error."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def open_streams() -> None:
    """Stand in for streams that the shell closed: a write to stdout is an error then.

    What cannot be written to stderr is lost, so that the exit code is what it would be.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull)  # noqa: SIM115 - open until the process ends
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    elif sys.__stderr__ is sys.stderr and os.name == "posix":
        sys.stderr = lossy(sys.stderr)


def lossy(stream: Any) -> TextIO:
    """Return a stream to the same file that loses what it cannot write."""
    file = io.BufferedWriter(LossyFile(stream.fileno(), "w", closefd=False))
    return io.TextIOWrapper(file, stream.encoding, stream.errors, line_buffering=True, write_through=True)


def dispatch(arguments: list[str]) -> int:
    """Answer --help and --version, else find the command and run it."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview(), end="")
        return DONE if arguments else USAGE
    if arguments[0] == "--version":
        print(f"il2watch {version()}")
        return DONE
    name, rest = find(arguments)
    return int(load(COMMANDS[name].function)(rest))


def find(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the command's name (one or two words) and the arguments that follow it.

    Raises UsageError, with the nearest name.
    """
    for words in (2, 1):
        name = " ".join(arguments[:words])
        if name in COMMANDS:
            return name, arguments[words:]
    raise UsageError(unknown(arguments))


def unknown(arguments: list[str]) -> str:
    """Return the message for a command that does not exist."""
    subcommands = [name for name in COMMANDS if name.startswith(f"{arguments[0]} ")]
    if subcommands:
        return f"'{arguments[0]}' needs one of its commands: {', '.join(subcommands)}; see il2watch --help"
    from rules.wire.did_you_mean import did_you_mean

    hint = did_you_mean(arguments[0], COMMANDS, "il2watch --help lists them", quoted=True)
    return f"no command {arguments[0]!r}; {hint}"


def load(function: str) -> Callable[..., Any]:
    """Import `module:function` and return the function."""
    module, name = function.split(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def overview() -> str:
    """Return the text of `il2watch --help`."""
    return HEAD + "".join(f"  {name:<20}{command.summary}\n" for name, command in COMMANDS.items()) + TAIL


def reader_left() -> int:
    """End quietly when the reader of stdout is gone: `il2watch run FILE | head` is no error."""
    abandon_stdout()
    return DONE


def abandon_stdout() -> None:
    """Write what is left for stdout; where it cannot be written, point stdout at the null device.

    So the interpreter's last flush is quiet too.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
