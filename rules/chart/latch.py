"""A condition with hysteresis over readings in the order of `at`: trips on a sustained run, clears on another one."""

import msgspec

from rules.chart.facts import Reference


class Latch(msgspec.Struct, array_like=True):
    """`run` and `seen` hold the candidate run for the next change; `evidence` the run that made the last one."""

    on: bool = False
    changed: int | None = None
    run: int | None = None
    seen: tuple[Reference, ...] = ()
    evidence: tuple[Reference, ...] = ()

    def step(self, at: int, advances: bool, joined: bool, span: int, reference: Reference) -> bool:
        """Takes one reading. `advances`: it meets the condition for the next change (to trip when off, to clear when on);
        `joined`: no further from the reading before than the interval in force there. Returns whether the latch changed.
        """
        if not advances:
            if self.run is not None:
                self.run, self.seen = None, ()
            return False
        if self.run is None or not joined:
            self.run, self.seen = at, (reference,)
        else:
            self.seen = (*self.seen, reference)
        if at - self.run < span:
            return False
        self.on, self.changed, self.evidence = not self.on, at, self.seen
        self.run, self.seen = None, ()
        return True
