"""Measure images of faces: read them, find the face, run the network, write shards."""
