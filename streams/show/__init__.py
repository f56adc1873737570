"""Show assessments, alerts and explanations: rich text for people, JSON Lines for programs."""
