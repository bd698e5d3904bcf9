"""How a prompt is put together: axes, values, few-shot examples, and the sandboxed template."""
