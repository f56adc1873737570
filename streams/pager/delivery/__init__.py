"""Deliver notifications to receivers: the outbox, delivery workers, retry and circuit breaker."""
