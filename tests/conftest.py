"""What several tests need."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("vaemo", deadline=None, max_examples=60)
settings.load_profile("vaemo")
