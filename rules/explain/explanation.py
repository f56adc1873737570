"""What an explanation holds. Moments and durations in ms; sentences are complete as they stand."""

import msgspec

Value = float | str | None


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """One fact and the part it played. `known`: only when it differs from `at`; `at` None: nothing but the id is kept."""

    id: str
    part: str
    at: int | None = None
    known: int | None = None
    value: Value = None
    unit: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The rule in words: both bands, the window it looks at, how long its data count, and where the paper and criteria.md say so."""

    words: str
    source: str
    section: str
    relative: str | None = None
    absolute: str | None = None
    window: str | None = None
    stale: str | None = None


class Window(msgspec.Struct, frozen=True):
    """The span of time that was looked at."""

    start: int
    end: int
    words: str


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """When it was last seen, how often it is to be looked at now, when again, when that is overdue (Table 1 items), and when it is too old."""

    mode: str
    intensive_since: int | None = None
    interval: int | None = None
    seen: int | None = None
    due: int | None = None
    overdue_at: int | None = None
    stale_at: int | None = None


class Answer(msgspec.Struct, kw_only=True):
    """What the telling of one kind of subject adds to its result."""

    rule: Rule
    facts: list[Cited] = []
    window: Window | None = None
    look: Look
    why: list[str] = []
    clears: list[str] = []


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why one subject of one patient stands as it does at moment `at`."""

    patient: str
    subject: str
    kind: str
    at: int
    headline: str
    state: str
    since: int | None
    value: Value
    unit: str | None
    limit: str | None
    stale: bool
    evaluates_at: int | None
    missing: tuple[str, ...]
    correctable: tuple[str, ...]
    rule: Rule
    facts: tuple[Cited, ...]
    window: Window | None
    look: Look
    why: tuple[str, ...]
    clears: tuple[str, ...]
    measures: tuple[dict[str, str], ...]
    guideline: dict[str, str]
