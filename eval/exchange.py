"""Sets from and to other tools: CSV, promptfoo YAML, and JSON Lines as ragas and Hugging Face hold it.

What a format cannot carry is lost on the way out, and `memoire eval check` says what is missing on the
way in: gold sentences are looked up among the articles, so that a context becomes a source and a quote.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from eval.cases import REGEX, Case, Gold, dump_cases
from index.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_COLUMNS = ("id", "question", "slice", "answerable", "source", "quote", "facts", "notes")
_BETWEEN = " | "


def read_foreign(path: Path, texts: Mapping[str, Sequence[str]]) -> list[Case]:
    """Return the cases of a .csv, promptfoo .yaml or ragas .jsonl file.

    `texts` are the articles by source: a context that gives no source is looked up in them.

    Raises:
        InputError: the file is in no such format, or a record makes no case; the message says which.
    """
    readers: dict[str, Callable[[str], list[dict[str, Any]]]] = {
        ".csv": lambda text: list(csv.DictReader(io.StringIO(text))),
        ".yaml": _promptfoo_records,
        ".yml": _promptfoo_records,
        ".jsonl": lambda text: [json.loads(line) for line in text.splitlines() if line.strip()],
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path} is in no format that is read.", f"Read are: {', '.join(readers)}.")
    try:
        records = reader(path.read_text("utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError) as exc:
        raise InputError(f"{path} cannot be read: {exc}.") from exc
    return [_case(record, f"{path}, record {n}", n, texts) for n, record in enumerate(records, 1)]


def as_foreign(cases: Sequence[Case], suffix: str) -> str:
    """Return the cases as `.csv`, `.yaml` (promptfoo) or `.jsonl` (ragas).

    Raises:
        InputError: there is no such format.
    """
    writers: dict[str, Callable[[Sequence[Case]], str]] = {
        ".csv": _as_csv,
        ".yaml": _as_promptfoo,
        ".yml": _as_promptfoo,
        ".jsonl": _as_ragas,
    }
    writer = writers.get(suffix.lower())
    if writer is None:
        raise InputError(f"There is no format {suffix!r}.", f"Choose {', '.join(writers)}.")
    return writer(cases)


def _case(
    record: Mapping[str, Any], where: str, number: int, texts: Mapping[str, Sequence[str]]
) -> Case:
    gold = _gold(record, texts)
    answerable = record.get("answerable", bool(gold))
    if isinstance(answerable, str):
        answerable = answerable.strip().lower() in ("1", "true", "yes", "")
    facts = record.get("facts") or ()
    if isinstance(facts, str):
        facts = [fact for fact in facts.split("\n") if fact.strip()]
    try:
        return Case(
            id=str(record.get("id") or number),
            question=str(record.get("question") or record.get("user_input") or ""),
            slice=record.get("slice") or ("fact" if answerable else "unanswerable"),
            answerable=answerable,
            gold=tuple(gold),
            facts=tuple(_fact(fact) for fact in facts),
            notes=str(record.get("notes") or ""),
        )
    except ValidationError as exc:
        error = exc.errors()[0]
        field = ".".join(str(part) for part in error["loc"])
        raise InputError(f"{where}: {field or 'the record'}: {error['msg']}.") from exc


def _fact(fact: object) -> tuple[str, ...] | str:
    if isinstance(fact, str):
        return fact if fact.startswith(REGEX) else tuple(fact.split(_BETWEEN))
    return tuple(str(variant) for variant in fact) if isinstance(fact, list) else str(fact)


def _gold(record: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> list[Gold]:
    quotes = _listed(record.get("quote"))
    if quotes:
        sources = _listed(record.get("source"))
        return [Gold(source=s, quote=q) for s, q in zip(sources, quotes, strict=False)]
    contexts = record.get("reference_contexts") or record.get("contexts") or ()
    return [
        Gold(source=source, quote=context)
        for context in contexts
        for source, bodies in texts.items()
        if any(context in body for body in bodies)
    ]


def _listed(value: object) -> list[str]:
    return [part for part in str(value or "").split("\n") if part.strip()]


def _promptfoo_records(text: str) -> list[dict[str, Any]]:
    loaded = yaml.safe_load(text)
    tests = loaded.get("tests", []) if isinstance(loaded, dict) else loaded
    if not isinstance(tests, list):
        raise yaml.YAMLError("there is no list of tests")
    records = []
    for test in tests:
        record = {**(test.get("metadata") or {}), **(test.get("vars") or {})}
        record.setdefault("notes", test.get("description") or "")
        record["facts"] = [_asserted(a) for a in test.get("assert") or () if a.get("type") in _ASSERTS]
        records.append(record)
    return records


_ASSERTS = {"icontains": "", "contains": "", "icontains-any": "", "contains-any": "", "regex": REGEX}


def _asserted(assertion: Mapping[str, Any]) -> list[str] | str:
    value = assertion["value"]
    return value if isinstance(value, list) else f"{_ASSERTS[assertion['type']]}{value}"


def _as_csv(cases: Sequence[Case]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for case in cases:
        facts = "\n".join(f if isinstance(f, str) else _BETWEEN.join(f) for f in case.facts)
        sources, quotes = _columns(case.gold)
        row = (case.id, case.question, case.slice, case.answerable, sources, quotes, facts, case.notes)
        writer.writerow(row)
    return out.getvalue()


def _columns(gold: Iterable[Gold]) -> tuple[str, str]:
    pairs = [(one.source, one.quote) for one in gold]
    return "\n".join(source for source, _ in pairs), "\n".join(quote for _, quote in pairs)


def _as_promptfoo(cases: Sequence[Case]) -> str:
    tests = []
    for case in cases:
        sources, quotes = _columns(case.gold)
        metadata = {"id": case.id, "slice": case.slice, "answerable": case.answerable}
        asserts: list[dict[str, Any]] = [
            {"type": "regex", "value": fact.removeprefix(REGEX)}
            if isinstance(fact, str)
            else {"type": "icontains-any", "value": list(fact)}
            for fact in case.facts
        ]
        if case.gold:
            metadata |= {"source": sources, "quote": quotes}
        test: dict[str, Any] = {"vars": {"question": case.question}, "metadata": metadata}
        tests.append(test | ({"assert": asserts} if asserts else {}))
    dumped: str = yaml.safe_dump({"tests": tests}, allow_unicode=True, sort_keys=False, width=100)
    return dumped


def _as_ragas(cases: Sequence[Case]) -> str:
    rows = (
        {
            "id": case.id,
            "user_input": case.question,
            "reference": " ".join(gold.quote for gold in case.gold[:1]),
            "reference_contexts": list(dict.fromkeys(gold.quote for gold in case.gold)),
            "slice": case.slice,
            "answerable": case.answerable,
            "facts": [list(fact) if isinstance(fact, tuple) else fact for fact in case.facts],
        }
        for case in cases
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_set(path: Path, cases: Sequence[Case]) -> None:
    """Write a set in this project's own form."""
    path.write_text(dump_cases(cases), "utf-8")
