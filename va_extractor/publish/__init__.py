"""A features folder becomes a dataset on the Hugging Face Hub: shards, card, Croissant metadata, tag."""
