"""What every long-running process needs: life cycle, exit codes, health, metrics, files."""
