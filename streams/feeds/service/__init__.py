"""Run the feeds: listen, publish, answer once the broker has it all."""
