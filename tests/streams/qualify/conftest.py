"""A Kafka with topics that are new for every test (tests/streams/worker/conftest.py)."""

from tests.streams.worker.conftest import topics

__all__ = ["topics"]
