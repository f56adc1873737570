"""One file a command: `main(arguments) -> exit code`, with its own `--help` and an example."""
