"""One module for each command: `add_arguments(parser)` and `main(arguments) -> exit code`."""
