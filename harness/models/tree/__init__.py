"""Log-likelihoods of many continuations of shared prompts, each distinct token prefix forwarded once."""
