"""What all tests share: brokers (kafka.py), a browser (browser.py), the end of all that was started
(children.py), and how long hypothesis searches (campaigns.py).
"""

from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

pytest_plugins = ["tests.children", "tests.campaigns", "tests.browser", "tests.streams.kafka.brokers_here"]
