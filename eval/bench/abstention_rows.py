"""The signals of questions as they are stored, one to a line, and which of them are never fitted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.abstention.decision import Signals

ROWS = Path(__file__).with_name("abstention.jsonl")
UNSEEN = "fresh "  # made by machine
DEVELOPMENT = ("sample", "corpora-dev", "fresh-dev")
_NEVER_FITTED = ("corpora-heldout", "fresh-test")
_OF_PEOPLE = ("sample", "corpora", "fresh-")


@dataclass(frozen=True, slots=True)
class Row:
    """The signals of one question; None where nothing was found.

    `group` is a hash of what it is about; `held` tells whether a gold sentence was among the evidence,
    where it is known; `before` is what the rule before this one made of it.
    """

    kind: str
    group: str
    answerable: bool
    held: bool | None
    before: float
    signals: Signals | None

    @property
    def held_out(self) -> bool:
        """Whether the question is never fitted: half of all, by group; of development sets, none."""
        if self.kind.startswith(DEVELOPMENT):
            return False
        return self.kind.startswith(_NEVER_FITTED) or in_other_half(self.group)

    @property
    def part(self) -> str:
        """Who asks: people or a machine about the news, or people of an encyclopaedia."""
        if self.kind.startswith(_OF_PEOPLE):
            return "people"
        return "encyclopaedia" if self.kind == "clapnq" else "machine"


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and how far its score lies above the threshold; below, it is abstained on."""

    row: Row
    margin: float


def hash_of(group: str) -> str:
    """Return the hash that stands for what a question is about."""
    return hashlib.sha256(group.encode()).hexdigest()[:12]


def in_other_half(group: str) -> bool:
    """Tell whether a group, by its hash, is of the half that is not fitted."""
    return int(group[:8], 16) % 2 == 1


def line_of(row: Row) -> str:
    """Return a row as it is stored, without the signals that are zero."""
    values = None
    if row.signals:
        values = {name: round(value, 4) for name, value in asdict(row.signals).items() if value}
    content = {
        "kind": row.kind,
        "group": row.group,
        "answerable": row.answerable,
        "held": row.held,
        "before": round(row.before, 4),
        "signals": values,
    }
    return json.dumps(content) + "\n"


def read_rows(path: Path) -> list[Row]:
    """Return the rows that a file holds."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Row(**{**row, "signals": _signals(row["signals"])}) for row in rows]


def _signals(values: dict[str, float] | None) -> Signals | None:
    """Signals from those that are not zero."""
    if values is None:
        return None
    return Signals(**{name: values.get(name, 0.0) for name in Signals.__dataclass_fields__})
