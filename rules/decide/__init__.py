"""The loop: deadlines, dirty flags, episodes, reminders, stop rules, the recommendation, patient state and
its codec.
"""
