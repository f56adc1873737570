"""The chart: what is known of one patient."""
