"""A Kafka for pagers, with topics that are new for every test (tests/streams/worker/conftest.py)."""

from tests.streams.worker.conftest import kafka, topics

__all__ = ["kafka", "topics"]
