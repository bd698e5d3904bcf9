"""From samples to numbers next to chance, baselines and ceilings."""
