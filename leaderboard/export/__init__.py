"""Results in the forms that other places read: each module turns entries into files."""
