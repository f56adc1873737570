"""The configuration file of a site: its tables, their keys and values."""
