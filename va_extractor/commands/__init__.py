"""The subcommands of `vaemo-extract`: each module has `add(commands)`."""
