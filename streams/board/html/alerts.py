"""The alerts of a patient: what is open, who has seen it, what to do; and what was said before."""

from __future__ import annotations

from rules.wire.alerts import AlertRecord
from rules.wire.events import Silence
from rules.wire.instants import text as wire
from rules.wire.pages import PageRecord
from streams.board import words
from streams.board.html.element import Html, age, hidden, join, tag, time
from streams.board.html.unit import shape
from streams.board.patient import View
from streams.projections.episodes import Acked, Episode

DID = {
    "accepted": "told",
    "escalated": "escalated to",
    "acknowledged": "acknowledged by",
    "ack-before-worsening": "acknowledgement came before it got worse, by",
    "silence": "silenced by",
    "silence-cut": "silenced by",
    "silence-ended": "silence ended by",
    "silenced": "not told: silenced",
    "refused": "refused by",
    "expired": "not told: over",
}


def standing(view: View) -> Html:
    """Open alerts, the gravest first; what is only advised stands under What to do."""
    shown = [(episode, ack) for episode, ack in view.standing if episode.level != "advisory"]
    title = tag("h2", "Open alerts")
    none = tag("p", "No alert is open.", class_="note")
    return join(
        (
            title,
            tag("ul", *(item(episode, ack) for episode, ack in shown), class_="open") if shown else none,
            orders(view),
        )
    )


def item(episode: Episode, ack: Acked | None) -> Html:
    """One alert: how grave, what, since when, what to do, and the button; or who has seen it."""
    alert = episode.last
    level = tag("strong", shape(alert.level), words.STATE[alert.level], class_=f"state {alert.level}")
    said = tag("p", level, " ", tag("b", words.alert(alert)), class_="what")
    since = tag("p", "since ", time(wire(episode.since)), ", ", age(wire(episode.since)), class_="note")
    measures = [
        tag("li", one["text"], " ", tag("small", f"({one['source']})"))
        for one in alert.measures or ()
        if one["source"] != "Table 6" and one["text"] != alert.message
    ]
    do = tag("ul", *measures, class_="do") if measures else None
    seen = (
        tag(
            "p",
            "Acknowledged by ",
            tag("b", ack.by),
            ", ",
            time(wire(ack.known)),
            f": {ack.reason}",
            class_="seen",
        )
        if ack
        else None
    )
    told = tag("div", said, since, do, seen)
    return tag(
        "li",
        told,
        buttons(episode, ack),
        class_=f"alert {alert.level}",
        data_alert=alert.id,
        data_evidence=alert.subject,
    )


def buttons(episode: Episode, ack: Acked | None) -> Html:
    alert, says = episode.last, words.alert(episode.last)
    about = {"data_alert": alert.id, "data_level": alert.level}
    ask = act("ack", "Acknowledge", f"ack-{alert.id}", says, "act primary", **about) if ack is None else None
    return tag("div", ask, act("silence", "Silence", f"silence-{alert.id}", says, **about), class_="acts")


def act(what: str, label: str, id: str, says: str, style: str = "act", **data: str) -> Html:
    """A button that opens the form of an action. What it is about is read out with it."""
    return tag(
        "button",
        label,
        hidden(f": {says}"),
        type="button",
        class_=style,
        id=id,
        data_act=what,
        data_says=says,
        aria_haspopup="dialog",
        **data,
    )


def orders(view: View) -> Html:
    """Stop rules that may be lifted, silences in force."""
    stops, quiet = (
        [stopped(rule, view) for rule in view.stops],
        [silenced(one, view) for one in view.silences],
    )
    return join((listed("Stop rules that stand", stops), listed("Silences in force", quiet)))


def listed(title: str, items: list[Html]) -> Html | None:
    return join((tag("h3", title), tag("ul", *items, class_="orders"))) if items else None


def stopped(rule: str, view: View) -> Html:
    """A stop rule that stands, and the way to lift it."""
    says = stop_words(rule, view)
    return tag(
        "li",
        tag("span", shape("absolute"), says, class_="state absolute"),
        act("resume", "Resume", f"resume-{rule}", says, data_rule=rule),
    )


def silenced(one: Silence, view: View) -> Html:
    """A silence: of what, until when, by whom and why; and the way to end it."""
    what = (
        f"{words.criterion(one.subject, view.guideline)}, up to "
        f"{words.STATE.get(one.level, one.level)}: silenced until "
    )
    end = act("expire", "End", f"expire-{one.id}", f"silence of {one.subject}", data_silence=one.id)
    return tag("li", tag("span", what, time(wire(one.until)), f" by {one.by}: {one.reason}"), end)


def stop_words(rule: str, view: View) -> str:
    return next((one.words for one in view.guideline.stop_rules if one.rule == rule), rule)


def timeline(view: View) -> Html:
    """What was said, who was told, who said that they have seen it; the newest first."""
    said = [(one.decided, transition(one)) for one in view.timeline]
    told = [(one.when, page(one)) for one in view.told]
    lifted = [
        (wire(one.known), line(wire(one.known), f"stop rule {one.rule} lifted by {one.by}: {one.reason}"))
        for one in view.resumes
    ]
    found = sorted([*said, *told, *lifted], key=lambda one: one[0], reverse=True)
    items = tag(
        "ol",
        *(markup for _, markup in found),
        class_="timeline",
        tabindex="0",
        aria_label="What was said, the newest first",
    )
    return join(
        (tag("h2", "What was said"), items if found else tag("p", "No alert was given.", class_="note"))
    )


def transition(one: AlertRecord) -> Html:
    what = words.TRANSITION.get(one.transition, one.transition)
    return tag(
        "li",
        time(one.decided),
        tag("span", shape(one.level), f"{what}: ", words.alert(one), class_=f"line {one.level}"),
    )


def page(one: PageRecord) -> Html:
    whom = one.by or one.channel or ""
    reason = f": {one.reason}" if one.reason and one.by else ""
    return line(
        one.when, f"{DID.get(one.outcome, one.outcome)} {whom}{reason}, {one.subject or ''}".rstrip(", ")
    )


def line(when: str, said: str) -> Html:
    return tag("li", time(when), tag("span", said, class_="line note"))
