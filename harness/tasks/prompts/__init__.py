"""Prompts: axes, the ready strings that templates print, few-shot examples, and the sandbox."""
