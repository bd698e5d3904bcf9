"""What all three packages need: errors, safe terminal text, and reading YAML, CSV and plain files."""
