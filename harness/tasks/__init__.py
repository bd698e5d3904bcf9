"""Task YAMLs: found, read, proved sound, begun and told of."""
