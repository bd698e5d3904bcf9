"""The prompt as a variable: a task states once what is asked (`Asks`), axes vary how (`Axes`); see docs/axes.md."""
