"""From a task YAML to items with prompts, or everything that is wrong with it."""
