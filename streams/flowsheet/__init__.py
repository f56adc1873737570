"""Compute the limits, scales and series that board and plot draw alike."""
