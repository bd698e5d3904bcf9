"""What a task YAML may name with `!function`: one module for each kind of question, and nothing else."""
