"""What every long-running process has: a life cycle, exit codes, health, metrics, files."""
