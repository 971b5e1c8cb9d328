"""Names that parties dispute, in the form that the program's own words use.

`names.yaml` holds each party's name and a neutral one; a setting changes the neutral one. What stands in
quotation marks is somebody's words and keeps its names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.errors import InputError

_DATA = Path(__file__).with_name("names.yaml")
_QUOTED = re.compile(r"(“[^“”]*”|\"[^\"]*\"|«[^«»]*»)")
_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*([^=;]+?)\s*")


@dataclass(frozen=True, slots=True)
class Naming:
    """Disputed names → the neutral form of each."""

    forms: dict[str, str]
    pattern: re.Pattern[str]

    def neutral(self, text: str) -> str:
        """Return the text with neutral names, quotations left as they are."""
        parts = _QUOTED.split(text)
        return "".join(part if at % 2 else self._outside(part) for at, part in enumerate(parts))

    def _outside(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.forms[found[0].casefold()], text)


@cache
def naming(chosen: str | None = None) -> Naming:
    """Return the naming with the forms a setting chooses: `NAME=FORM`, several with semicolons between.

    A name is any form of a disputed place or event, or one that `names.yaml` does not have.

    Raises:
        InputError: the setting is not written so.
    """
    groups = _groups()
    forms = {name.casefold(): group[0] for group in groups for name in group}
    for written in filter(str.strip, (chosen or "").split(";")):
        pair = _PAIR.fullmatch(written)
        if pair is None:
            raise InputError(
                f"MEMOIRE_NEUTRAL_NAMES: {written.strip()!r} is no NAME=FORM.",
                "Write it like Artsakh=Karabakh; Kiev=Kyiv.",
            )
        name, form = pair.groups()
        group = next((g for g in groups if name.casefold() in map(str.casefold, g)), [name])
        forms |= {one.casefold(): form for one in (*group, form)}
    longest = sorted(forms, key=lambda name: -len(name))
    pattern = rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])"
    return Naming(forms, re.compile(pattern, re.IGNORECASE))


def _groups() -> list[list[str]]:
    """The neutral form of each disputed name, then the parties' forms."""
    entries: list[dict[str, Any]] = yaml.safe_load(_DATA.read_text("utf-8"))["contested"]
    return [
        [
            str(entry["neutral"]),
            *(str(name) for names in entry["of"].values() for name in names),
            *map(str, entry.get("others", [])),
        ]
        for entry in entries
    ]
