"""Images of faces become VA features: listed, read, detected, measured and written in shards."""
