"""Follow the numbers of a subscription's notifications: a gap is a notification that was lost.

Source: docs/spec/feeds.md, FHIR in; Subscriptions R5 Backport guide. What was lost is not fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.feeds.mapping.fhir.context import Context
from streams.feeds.mapping.fhir.resources import Parameters, Resource, SubscriptionStatus


class Notified(NamedTuple):
    """The numbers of a subscription's events that a notification carries."""

    subscription: str
    numbers: tuple[int, ...]


def follow(resources: Iterable[Resource | None], context: Context) -> None:
    """Count the numbers that are missing since the last notification of each subscription."""
    for subscription, numbers in _notified(resources):
        key = f"{context.rules.name} {subscription}"
        last = context.tables.notifications.get(key)
        for number in sorted(numbers):
            if last is not None and number > last + 1:
                context.handled.tally["lost-notifications", "subscription"] += number - last - 1
            last = number if last is None else max(last, number)
        if last is not None:
            context.tables.notifications[key] = last


def _notified(resources: Iterable[Resource | None]) -> Iterator[Notified]:
    for resource in resources:
        if isinstance(resource, Parameters):
            yield _of_backport(resource)
        elif isinstance(resource, SubscriptionStatus):
            sent = [str(event.event_number) for event in resource.notification_event]
            yield Notified(resource.subscription.reference, _whole(sent))


def _of_backport(parameters: Parameters) -> Notified:
    named = (each.value_reference for each in parameters.parameter if each.name == "subscription")
    subscription = next((each.reference for each in named if each is not None), "")
    numbers = [
        part.value_string
        for each in parameters.parameter
        if each.name == "notification-event"
        for part in each.part
        if part.name == "event-number"
    ]
    return Notified(subscription, _whole(numbers))


def _whole(texts: list[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in texts if text.isascii() and text.isdigit())
