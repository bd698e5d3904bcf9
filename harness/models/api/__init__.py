"""Asking models behind an HTTP API: OpenAI's and Anthropic's dialects, and whatever LiteLLM knows."""
