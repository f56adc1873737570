"""The decision loop: deadlines, dirty flags, episodes, reminders, stop rules and the recommendation.

Holds the patient state and its codec too.
"""
