"""Map messages of hospital systems to events of the wire: pure; time and tables are arguments."""
