"""Levels, their rank within an episode, and the priority a pager sees (criteria.md section 9)."""

CLEAR, INDETERMINATE = "clear", "indeterminate"
RANK = {"clear": 0, "advisory": 1, "technical": 2, "relative": 3, "absolute": 4}
PRIORITY = {"absolute": "high", "relative": "medium", "technical": "medium", "advisory": "low", "clear": "low"}

RECOMMENDATIONS = ("proceed", "cannot-tell", "correct", "delay", "stop")
RECOMMENDATION_LEVEL = {
    "proceed": "clear",
    "cannot-tell": "advisory",
    "correct": "relative",
    "delay": "absolute",
    "stop": "absolute",
}
