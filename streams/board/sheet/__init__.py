"""The flowsheet, panel by panel: what is drawn of a patient over a stretch of time. Numbers from the events, limits from the guideline."""
