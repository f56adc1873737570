"""Score the monitor: compare its alerts with the ground truth.

Read a truth file with `load_courses`, give the courses to a `Scorer`, `add` every alert transition, and call
its `numbers`. Each number is defined where it is computed: `detection` (sensitivity, delay), `pages`
(predictive value), `hours` (the PhysioNet/CinC 2015 score), `tally` (burden, floods).
"""

from simulators.score.scorer import Scorer, expected
from simulators.score.true_spans import load_courses

__all__ = ["Scorer", "expected", "load_courses"]
