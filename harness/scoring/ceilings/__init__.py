"""What valence and arousal can tell at all: predictors that learned from them, and scores placed below the best one."""
