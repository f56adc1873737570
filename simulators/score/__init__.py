"""The score: how good the monitor is, told by what truly happened.

`read` a truth file, give its courses to a `Scorer`, `say` it every alert transition, ask it for its
`numbers`. What each number means stands where it is made: `detection` (sensitivity, delay), `pages`
(predictive value), `hours` (the PhysioNet/CinC 2015 score), `tally` (burden, floods).
"""

from simulators.score.course import load_courses
from simulators.score.scorer import Scorer, expected

__all__ = ["Scorer", "expected", "load_courses"]
