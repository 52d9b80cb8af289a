"""What is kept about a person, as a text to be handed over: JSON, or CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from console.commands.document_forms import defused


def as_json(found: dict[str, Any]) -> str:
    """Return it as JSON."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def as_csv(found: dict[str, Any]) -> str:
    """Return it as CSV: each section has lines of its own, what it is, the titles, the rows; its name leads each."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    for name, value in found.items():
        match value:
            case {"about": about, "rows": rows}:
                lines.writerow([name, about])
                if rows:
                    lines.writerow([name, *rows[0]])
                lines.writerows([name, *map(_cell, row.values())] for row in rows)
            case dict():
                lines.writerows([name, key, _cell(each)] for key, each in value.items())
            case _:
                lines.writerow([name, _cell(value)])
        lines.writerow([])
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a value as it may stand in a spreadsheet, which must take no text for a formula."""
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    return defused(value) if isinstance(value, str) else value
