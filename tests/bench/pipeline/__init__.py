"""`make bench-pipeline`: the worker on a real Apache Kafka beside others that read the same backlog, and the
latency of its alerts.

The machine's speed goes up and down, so all are measured in one run, one after the other, and what counts is
the ratio.
"""
