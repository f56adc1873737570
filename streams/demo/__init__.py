"""Run the demo: broker, topics, worker, pager and a simulated ward on this machine, on the terminal."""
