"""Limits and derived series that board and plot draw alike."""
