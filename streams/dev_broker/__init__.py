"""Run brokers for a laptop and for tests: Apache Kafka fetched and run, and the embedded one."""
