"""What is in a VA features dataset, and its problems: numbers, terminal and picture."""
