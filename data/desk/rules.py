"""What a site has settled that the desk goes by, and how it is handed to the process that has the desk."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.breaks import POLICY, BreakPolicy
from data.desk.roles import NOBODY, Rights
from data.flags import VOCABULARY, Vocabulary
from data.store.retention import RETENTION, Retention


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may do what, the words for flags and next steps, the reasons for breaks, and how long what is kept.

    `catalogue` is the path of the file with the rules of the floor, "" where those hold that ship.
    """

    rights: Rights = NOBODY
    vocabulary: Vocabulary = VOCABULARY
    policy: BreakPolicy = POLICY
    retention: Retention = RETENTION
    catalogue: str = ""

    def handed_over(self) -> dict[str, Any]:
        """Return all there is in JSON's own types; `taken_over` makes rules of it again."""
        told: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self), default=sorted))
        return told

    @classmethod
    def taken_over(cls, told: Mapping[str, Any]) -> Rules:
        """Return the rules that another process handed over."""
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_python(told)


SHIPPED = Rules()
"""What holds where nobody has settled anything."""
