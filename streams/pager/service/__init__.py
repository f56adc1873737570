"""The pager as a process: consumer, HTTP API, configuration, metrics, its own alarms."""
