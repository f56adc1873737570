"""Notifications to receivers: the outbox, delivery workers, retry and circuit breaker."""
