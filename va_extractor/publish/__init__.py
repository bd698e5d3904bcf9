"""Publish a features folder on the Hugging Face Hub: shards, card, Croissant metadata, tag."""
