"""The demo: broker, topics, worker and a scripted ward on this machine, and what comes of it on the terminal."""
