"""Write the topics as a file of events."""
