"""Qualify an installation: show, on the machine that will run, that what runs is what was tested."""
