"""What all parts of the record have in common."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What every part of the record is: unchangeable, and without fields that it does not declare."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
