"""What is in a VA features dataset, and what is wrong with it: numbers, terminal and picture."""
