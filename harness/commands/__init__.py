"""The commands of `vaemo-eval`: each module has `parser()` and `main(args)`."""
