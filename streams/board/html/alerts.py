"""Render a patient's alerts: open episodes, acknowledgements, actions, commands in force and the timeline."""

from __future__ import annotations

import htpy as h

from rules.wire import pages
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import AcceptedItem
from rules.wire.events import Accept, Resume, Silence
from rules.wire.instants import text as wire
from rules.wire.pages import PageRecord
from streams.board import display_texts
from streams.board.html.element import age, cached, hidden, time
from streams.board.html.unit import shape
from streams.board.patient import PatientView
from streams.projections.episodes import OpenEpisode, SeenBy
from streams.projections.marks import PageMark

DID = {
    "accepted": "told",
    "escalated": "escalated to",
    "acknowledged": "acknowledged by",
    "acknowledged-already": "acknowledged again by",
    "ack-of-nothing-open": "not acknowledged, it was over:",
    "ack-waits": "not acknowledged, no open alert:",
    "ack-expired": "acknowledgement ran out:",
    "ack-withdrawn": "acknowledgement taken back:",
    "silence": "silenced by",
    "silence-cut": "silenced by",
    "silence-ended": "silence ended by",
    "silenced": "not told: silenced",
    "refused": "refused by",
    "expired": "not told: over",
    "would-have-paged": "would have paged",
    "stands-open": "open when the pager was switched,",
}
NOTIFIED = (pages.ACCEPTED, pages.WOULD_HAVE_PAGED)


def open_alerts(view: PatientView) -> h.Node:
    """Return the open alerts, the most severe first; advice is displayed under What to do."""
    episodes = [(episode, ack) for episode, ack in view.episodes if episode.level != "advisory"]
    title = h.h2["Open alerts"]
    none = h.p(class_="note")["No alert is open."]
    return h.fragment[
        title,
        h.ul(class_="open")[*(item(episode, ack, view) for episode, ack in episodes)] if episodes else none,
        commands_in_force(view),
    ]


def item(episode: OpenEpisode, ack: SeenBy | None, view: PatientView) -> h.Node:
    """Return one alert: level, message, since when, measures, acknowledgement, marks and buttons."""
    alert = episode.last
    level = h.strong(class_=f"state {alert.level}")[shape(alert.level), display_texts.STATE[alert.level]]
    headline = h.p(class_="what")[level, " ", h.b[display_texts.alert(alert)]]
    since = h.p(class_="note")["since ", time(wire(episode.since)), ", ", age(wire(episode.since))]
    measures = [
        h.li[one["text"], " ", h.small[f"({one['source']})"]]
        for one in alert.measures or ()
        if one["source"] != "Table 6" and one["text"] != alert.message
    ]
    do = h.ul(class_="do")[*measures] if measures else None
    seen = (
        h.p(class_="seen")["Acknowledged by ", h.b[ack.by], ", ", time(wire(ack.known)), f": {ack.reason}"]
        if ack
        else None
    )
    marked = [h.p(class_="seen")[mark_words(mark)] for mark in view.marks if mark.alert == alert.id]
    content = h.div[headline, since, do, seen, marked]
    return h.li(class_=f"alert {alert.level}", data_alert=alert.id, data_evidence=alert.subject)[
        content, buttons(episode, ack, alert.id in view.notified)
    ]


def mark_words(mark: PageMark) -> str:
    return f"Page marked {mark.verdict} by {mark.by}"


def mark(alert: str, subject: str, place: str) -> h.Node:
    """Return the button that marks an alert's page as useful, useless or late."""
    return act("mark", "Mark", f"mark-{place}-{alert}", subject, data_alert=alert)


def buttons(episode: OpenEpisode, ack: SeenBy | None, notified: bool) -> h.Node:
    """Return the buttons of an alert: acknowledge, unless it was, silence, and mark, once it was paged."""
    alert, subject = episode.last, display_texts.alert(episode.last)
    about = {"data_alert": alert.id, "data_level": alert.level}
    ask = (
        act("ack", "Acknowledge", f"ack-{alert.id}", subject, "act primary", **about) if ack is None else None
    )
    known = accept(alert.subject, alert.level, subject) if alert.kind == "criterion" else None
    quiet = act("silence", "Silence", f"silence-{alert.id}", subject, **about)
    marked = mark(alert.id, subject, "alert") if notified else None
    return h.div(class_="acts")[ask, quiet, known, marked]


def accept(code: str, level: str, subject: str, place: str = "alert") -> h.Node:
    """Return the button that accepts a criterion at its level as known."""
    return act("accept", "Accept", f"accept-{place}-{code}", subject, data_criterion=code, data_level=level)


@cached
def act(what: str, label: str, id: str, subject: str, style: str = "act", **data: str) -> h.Node:
    """Return a button that opens the form of an action. Its subject is read out with it."""
    return h.button(
        type="button", class_=style, id=id, data_act=what, data_says=subject, aria_haspopup="dialog", **data
    )[label, hidden(f": {subject}")]


def commands_in_force(view: PatientView) -> h.Node:
    """Return the stop rules that may be lifted, what is accepted, and the silences in force."""
    known = view.assessment.accepted if view.assessment else ()
    return h.fragment[
        listed("Stop rules that stand", [stopped(rule, view) for rule in view.stops]),
        listed("Accepted as known", [accepted(one, view) for one in known]),
        listed("Silences in force", [silenced(one, view) for one in view.silences]),
    ]


def listed(title: str, items: list[h.Node]) -> h.Node:
    return h.fragment[h.h3[title], h.ul(class_="orders")[*items]] if items else None


def stopped(rule: str, view: PatientView) -> h.Node:
    """Return a stop rule in force, with the button to lift it."""
    name = stop_words(rule, view)
    return h.li[
        h.span(class_="state absolute")[shape("absolute"), name],
        act("resume", "Resume", f"resume-{rule}", name, data_rule=rule),
    ]


def accepted(one: AcceptedItem, view: PatientView) -> h.Node:
    """Return an acceptance (of what, up to which level, until when, by whom), with the button to end it."""
    name = display_texts.criterion(one.criterion, view.guideline)
    until = time(one.until) if one.until else "the end of the cycle"
    what = f"{name}, up to {display_texts.STATE.get(one.level, one.level)}: not counted, until "
    end = act(
        "end-acceptance", "End", f"end-{one.criterion}", f"acceptance of {name}", data_criterion=one.criterion
    )
    return h.li[h.span[what, until, f", by {one.by}: {one.reason}"], end]


def silenced(one: Silence, view: PatientView) -> h.Node:
    """Return a silence (of what, until when, by whom, why), with the button to end it."""
    what = (
        f"{display_texts.criterion(one.subject, view.guideline)}, up to "
        f"{display_texts.STATE.get(one.level, one.level)}: silenced until "
    )
    end = act("expire", "End", f"expire-{one.id}", f"silence of {one.subject}", data_silence=one.id)
    return h.li[h.span[what, time(wire(one.until)), f" by {one.by}: {one.reason}"], end]


def stop_words(rule: str, view: PatientView) -> str:
    """Return a stop rule in words; its name when the guideline has none."""
    return next((one.words for one in view.guideline.stop_rules if one.rule == rule), rule)


def timeline(view: PatientView) -> h.Node:
    """Return transitions, pages, resumes and acceptances, the newest first."""
    transitions = [(one.decided, transition(one)) for one in view.timeline]
    paged = [(one.when, page(one)) for one in view.page_log if shown(one)]
    asked = [(wire(one.known), line(wire(one.known), override(one, view))) for one in view.overrides]
    found = sorted([*transitions, *paged, *asked], key=lambda one: one[0], reverse=True)
    items = h.ol(class_="timeline", tabindex="0", aria_label="What was said, the newest first")[
        *(markup for _, markup in found)
    ]
    return h.fragment[h.h2["What was said"], items if found else h.p(class_="note")["No alert was given."]]


def override(one: Resume | Accept, view: PatientView) -> str:
    """Return what a clinician asked for; what became of it stands among the rules and acceptances."""
    if isinstance(one, Resume):
        return f"resume after the stop rule {one.rule}, asked by {one.by}: {one.reason}"
    name = display_texts.criterion(one.criterion, view.guideline)
    over = one.until is not None and one.until <= one.at
    word = "end of the acceptance" if over else f"acceptance up to {one.level}"
    return f"{word} of {name}, asked by {one.by}: {one.reason}"


def transition(one: AlertRecord) -> h.Node:
    """Return a transition as a line of the timeline."""
    what = display_texts.TRANSITION.get(one.transition, one.transition)
    return line(one.decided, f"{what}: {display_texts.alert(one)}", one.level)


def shown(one: PageRecord) -> bool:
    """Return whether a record is a line: of what would have been sent, what would have called somebody."""
    return one.outcome != pages.WOULD_HAVE_PAGED or one.action == "trigger"


def page(one: PageRecord) -> h.Node:
    """Return a page's record as a line of the timeline; a page may be marked there, whether open or over."""
    if one.outcome == pages.MARK:
        return line(one.when, f"page marked {one.mark} by {one.by}, {one.subject or ''}".rstrip(", "))
    if one.outcome == pages.STANDS_OPEN:
        return line(one.when, f"{DID[one.outcome]} {one.reason}: {one.subject or ''}")
    if one.outcome in NOTIFIED and one.action == "trigger" and one.alert and one.key:
        words = f"{DID[one.outcome]} {one.channel}, {one.message or one.subject or ''}"
        asked = mark(one.alert, one.subject or "page", f"{one.when}-{one.channel}-{one.key}")
        return h.li[time(one.when), h.span(class_="line note")[words], " ", asked]
    whom = one.by or one.channel or ""
    reason = f": {one.reason}" if one.reason and one.by else ""
    return line(
        one.when, f"{DID.get(one.outcome, one.outcome)} {whom}{reason}, {one.subject or ''}".rstrip(", ")
    )


@cached
def line(when: str, text: str, level: str | None = None) -> h.Node:
    glyph = None if level is None else shape(level)
    return h.li[time(when), h.span(class_=f"line {level or 'note'}")[glyph, text]]
