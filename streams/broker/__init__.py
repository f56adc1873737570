"""Kafka: where it is, which topics it keeps and how, and a broker of our own when there is none."""
