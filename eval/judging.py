"""An optional model judge, and its calibration against people's labels.

The judge says of a question and passages whether the passages hold the answer. In a run it is asked that
of the passages an answer cites; in a calibration, of passages that people labelled. It leads a report
only where it agrees with people: see `Calibration.trusted`.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from diskcache import Cache
from langchain_core.prompts import ChatPromptTemplate
from pydantic import BaseModel, ConfigDict, ValidationError

import prompts
from assistant.answers import Message
from assistant.language_model import as_data, chat_model_for
from eval.statistics import kappa
from index.errors import InputError, ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from eval.cases import Case
    from eval.runs import Row
    from index.settings import Settings

PROMPT = "judge@v1"
TRUSTED = 0.6  # κ from which agreement is called substantial: Landis and Koch, Biometrics 1977
AT_LEAST = 0.4  # where its interval may begin: below that, chance may have made the agreement
FEWEST = 50  # labels: of fewer, even full agreement shows little
_TURNS = 4
_CHARS = 1_500
_MOST_TOKENS = 8
_WORD = re.compile(r"\b(yes|no)\b", re.IGNORECASE)
_LABELS = {"ANSWERABLE": True, "PARTIAL": False}  # an underspecified question has no such label


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Labelled(_Model):
    """What people said: whether the passages answer the question."""

    question: str
    passages: tuple[str, ...]
    answered: bool
    history: tuple[Message, ...] = ()


class Calibration(_Model):
    """How far a judge agrees with people: Cohen's κ with its 95% interval.

    `table` counts [[both yes, people yes], [judge yes, both no]]; `unclear` judgements were neither yes
    nor no, and count as no.
    """

    judge: str
    labels: str
    labels_hash: str
    n: int
    table: tuple[tuple[int, int], tuple[int, int]]
    unclear: int
    agreement: float
    kappa: float
    low: float
    high: float
    made: str

    @property
    def trusted(self) -> bool:
        """Whether a report may lead with this judge."""
        return self.n >= FEWEST and self.kappa >= TRUSTED and self.low >= AT_LEAST

    @property
    def words(self) -> str:
        """The agreement as it is read."""
        return (
            f"κ = {self.kappa:.2f} (95% interval {self.low:.2f} to {self.high:.2f}), "
            f"{self.agreement:.0%} of {self.n} labels of {self.labels}"
        )


class Judge:
    """One model with one prompt; what it said is kept by content."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        """Raise InputError or ModelUnavailable where the model or the prompt cannot be used."""
        if ":" not in settings.writer:
            raise InputError(f"{settings.writer!r} is no judge.", "Choose a model: PROVIDER:MODEL.")
        try:
            self.prompt = prompts.load(PROMPT)
        except prompts.PromptError as exc:
            raise InputError(str(exc)) from exc
        self.name = f"{settings.writer} with {self.prompt.id}"
        template = ChatPromptTemplate([("system", self.prompt.system), ("human", self.prompt.human)])
        self._chain = template | chat_model_for(settings).bind(max_tokens=_MOST_TOKENS)
        self._cache = Cache(str(folder / "judge-cache"))
        self._folder = folder / "calibrations"
        self._key = _digest(settings.writer, settings.base_url, self.prompt.sha)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cache.close()

    def says(self, question: str, history: Sequence[Message], passages: Iterable[str]) -> bool | None:
        """Return whether the passages hold the answer; None if what it said is neither yes nor no.

        Raises:
            ModelUnavailable: the endpoint fails; a judgement that failed is not made up.
        """
        variables = {
            "question": _in_conversation(question, history),
            "passages": "\n\n".join(
                f"<passage {at}>\n{as_data(text)[:_CHARS]}\n</passage {at}>"
                for at, text in enumerate(passages, 1)
            ),
        }
        key = _digest(self._key, json.dumps(variables, sort_keys=True))
        said = self._cache.get(key)
        if said is None:
            said = self._asked(variables)
            self._cache.set(key, said)
        found = _WORD.search(said)
        return found[1].lower() == "yes" if found else None

    def _asked(self, variables: dict[str, str]) -> str:
        try:
            return str(self._chain.invoke(variables).text)
        except Exception as exc:  # providers' errors share no base class
            problem = str(exc).partition("\n")[0].rstrip(".")
            raise ModelUnavailable(
                f"The judge {self.name} failed: {type(exc).__name__}: {problem}.",
                "What it has said is kept: run the command again.",
            ) from exc

    def calibrate(
        self, files: Sequence[Path], limit: int | None, on_each: Callable[[], None] = lambda: None
    ) -> Calibration:
        """Hold the judge to people's labels and keep the result for later reports.

        Raises:
            InputError: the labels cannot be read, or are all alike.
        """
        chosen = _spread(load_labels(files), limit)
        counts = [[0, 0], [0, 0]]
        unclear = 0
        for one in chosen:
            said = self.says(one.question, one.history, one.passages)
            unclear += said is None
            counts[not one.answered][not said] += 1
            on_each()
        value, low, high = kappa(counts)
        found = Calibration(
            judge=self.name,
            labels=", ".join(file.stem for file in files),
            labels_hash=_digest(*(one.model_dump_json() for one in chosen))[:16],
            n=len(chosen),
            table=((counts[0][0], counts[0][1]), (counts[1][0], counts[1][1])),
            unclear=unclear,
            agreement=(counts[0][0] + counts[1][1]) / len(chosen),
            kappa=value,
            low=low,
            high=high,
            made=datetime.now(UTC).date().isoformat(),
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file.write_text(found.model_dump_json(indent=1), "utf-8")
        return found

    @property
    def _file(self) -> Path:
        return self._folder / f"{self._key[:16]}.json"

    @property
    def calibration(self) -> Calibration | None:
        """The last calibration of this very model, endpoint and prompt."""
        if not self._file.is_file():
            return None
        return Calibration.model_validate_json(self._file.read_text("utf-8"))

    def judged(
        self, cases: Mapping[str, Case], rows: Sequence[Row], on_each: Callable[[], None]
    ) -> dict[str, list[float]]:
        """Return by case whether the passages each answer cites hold the answer to its question.

        Answerable questions alone: an abstention or a failure there is 0.
        """
        values: dict[str, list[float]] = {}
        for row in sorted(rows, key=lambda row: (row.case, row.repeat)):
            case = cases.get(row.case)
            if case is None or not case.answerable:
                continue
            claims = row.answer.claims if row.answer else ()
            quotes = dict.fromkeys(citation.quote for claim in claims for citation in claim.citations)
            held = bool(quotes) and self.says(case.question, case.history, quotes)
            values.setdefault(row.case, []).append(float(bool(held)))
            on_each()
        return values


def load_labels(files: Sequence[Path]) -> list[Labelled]:
    """Return people's labels: lines of `question`, `passages`, `answered`, or MTRAG's or CLAPNQ's own.

    Of MTRAG (Katsis et al., TACL 2025) the last question and the passages its annotators were shown:
    answerable is yes, partly answerable no; those shown no passage and underspecified ones are left out.
    Of CLAPNQ (Rosenthal et al., TACL 2025) a passage with an answer written from it is yes.

    Raises:
        InputError: a file cannot be read, a line is none of these, or the labels are all alike.
    """
    found: list[Labelled] = []
    for path in files:
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as exc:
            raise InputError(f"The labels {path} cannot be read: {exc}.") from exc
        read = (_labelled(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip())
        found += [label for label in read if label]
    if len({label.answered for label in found}) < 2:
        raise InputError("The labels are all alike.", "A judge is held to yes and to no.")
    return found


def _labelled(line: str, where: str) -> Labelled | None:
    try:
        record = json.loads(line)
        if "answerability" in record:
            return _of_mtrag(record)
        return _of_clapnq(record) if "output" in record else Labelled.model_validate(record)
    except (ValidationError, ValueError, KeyError, TypeError) as exc:
        problem = str(exc).splitlines()[0]
        raise InputError(
            f"{where} is no label: {problem}.", "Needed: question, passages, answered."
        ) from exc


def _of_mtrag(record: Mapping[str, Any]) -> Labelled | None:
    label = _LABELS.get(record["answerability"][0])
    if label is None or not record["contexts"]:
        return None
    *before, last = record["input"]
    roles = {"user": "user", "agent": "assistant"}
    history = [{"role": roles[turn["speaker"]], "content": turn["text"]} for turn in before]
    return Labelled.model_validate(
        {
            "question": last["text"],
            "history": history,
            "passages": [context["text"] for context in record["contexts"]],
            "answered": label,
        }
    )


def _of_clapnq(record: Mapping[str, Any]) -> Labelled:
    return Labelled(
        question=record["input"],
        passages=tuple(passage["text"] for passage in record["passages"]),
        answered=bool(record["output"][0]["answer"].strip()),
    )


def _spread(labels: Sequence[Labelled], limit: int | None) -> list[Labelled]:
    """As many of yes as of no up to the limit, each spread evenly over the file."""
    if limit is None or limit >= len(labels):
        return list(labels)
    chosen: list[Labelled] = []
    for answered in (True, False):
        group = [label for label in labels if label.answered is answered]
        count = min(len(group), limit // 2)
        chosen += [group[at * len(group) // count] for at in range(count)]
    return chosen


def _in_conversation(question: str, history: Sequence[Message]) -> str:
    turns = [f"{turn.role}: {as_data(turn.content)[:_CHARS]}" for turn in history[-_TURNS:]]
    return "\n".join([*turns, as_data(question)])


def _digest(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
