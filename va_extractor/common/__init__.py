"""What all three packages need: errors, safe terminal text, and reading of YAML, CSV and plain files."""
