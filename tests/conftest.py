"""What all tests share: brokers (tests/streams/kafka.py), and how long hypothesis searches: `make campaign` far longer than `make test`."""

from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("campaign", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

pytest_plugins = ["tests.children", "tests.streams.kafka"]
