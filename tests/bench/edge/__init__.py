"""`make bench-edge`: what the worker does live, one record after the other, beside others that read the same.

Three sweeps and not a product (rate, history, patients), the highest rate that each contender holds, memory,
recovery after kill -9, the backlog, and the fold alone. Every point is a line of JSON under build/bench-edge;
the points of one run are a sitting, and ratios are of one sitting. `page` writes docs/reference/performance.md
from a sitting.
"""
