"""Baselines: simple rules that answer items, from valence and arousal or without them."""
