"""The pager's policy, from alerts and commands to notifications. Pure: imports `rules` only."""
