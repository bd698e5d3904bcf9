"""The formats of other places: each module turns entries into files."""
