"""Models behind an HTTP API: chat (OpenAI's and Anthropic's, others through LiteLLM) and completions."""
