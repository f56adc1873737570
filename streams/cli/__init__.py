"""Read the command line: one module a command or group of commands, each imported only when called."""
