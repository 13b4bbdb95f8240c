"""A refusal in OpenAI's form."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Rejected(Exception):
    """A refusal in OpenAI's form."""

    message: str
    param: str | None = None
    code: str | None = None
    status: int = 400
    type: str = "invalid_request_error"

    def as_json(self) -> dict[str, Any]:
        """The body of the response."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}
