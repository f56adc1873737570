"""Alerts and commands to notifications: pure, `rules` only."""
