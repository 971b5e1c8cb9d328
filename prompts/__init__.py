"""Prompt versions, one YAML file each under `prompts/NAME/VERSION.yaml`, and their loader."""

from __future__ import annotations

import hashlib
import re
import string
from dataclasses import dataclass
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent
_VARIABLES = {
    "answer": frozenset({"question", "passages"}),
    "rewrite": frozenset({"question", "conversation"}),
    "judge": frozenset({"question", "passages"}),
    "support": frozenset({"sentence", "passage"}),
}
_FIELDS = ("name", "version", "notes", "system", "human")
_NAME = re.compile(r"[a-z][a-z0-9-]*@[a-z0-9][a-z0-9.-]*")
_CITATION = re.compile(r"\[\d+\]")
_ONE_WORD = re.compile(r"\bYES\b.*\bNO\b", re.DOTALL)
_REQUIRED = {
    "answer": (_CITATION, "no citation rule: show a number in square brackets, such as [2]."),
    "judge": (_ONE_WORD, "no verdict asked for: say that the answer is YES or NO."),
    "support": (_ONE_WORD, "no verdict asked for: say that the answer is YES or NO."),
}
MOST_CHARS = 6_000  # about 1,500 tokens: with six passages and the answer it fits a window of 4,096


class PromptError(Exception):
    """A prompt version does not exist or is not valid; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt. `sha` is the hash of its file: what an answer's record can be held to."""

    name: str
    version: str
    sha: str
    system: str
    human: str
    notes: str

    @property
    def id(self) -> str:
        """Name and version: answer@v1."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class _Source:
    """A prompt's file as read: its fields, and the line each begins on."""

    path: Path
    fields: dict[str, str]
    lines: dict[str, int]

    def error(self, field: str, problem: str) -> PromptError:
        return PromptError(f"{self.path}:{self.lines.get(field, 1)}: {field}: {problem}")


def load(prompt_id: str) -> Prompt:
    """Return a prompt version by its id, such as `answer@v1`.

    Raises:
        PromptError: there is no such version, or its file is not valid.
    """
    source = _read(path_of(prompt_id))
    name, _, version = prompt_id.partition("@")
    for field, value in (("name", name), ("version", version)):
        if source.fields[field] != value:
            raise source.error(field, f"must be {value}, as the file is named.")
    for part in ("system", "human"):
        _check_variables(source, part, _VARIABLES.get(name, frozenset()))
    _check_complete(source, name)
    length = len(source.fields["system"]) + len(source.fields["human"])
    if length > MOST_CHARS:
        raise source.error("system", f"{length:,} characters with human; {MOST_CHARS:,} is the most.")
    sha = hashlib.sha256(source.path.read_bytes()).hexdigest()[:16]
    return Prompt(sha=sha, **source.fields)


def path_of(prompt_id: str) -> Path:
    """Return the file of a version.

    Raises:
        PromptError: there is no such version.
    """
    name, _, version = prompt_id.partition("@")
    if prompt_id not in versions(name):
        known = ", ".join(versions(name) or all_versions()) or "none"
        raise PromptError(f"There is no prompt {prompt_id!r}; there are: {known}.")
    return _FOLDER / name / f"{version}.yaml"


def versions(name: str) -> list[str]:
    """Return the ids of a prompt's versions, sorted."""
    return [f"{name}@{path.stem}" for path in sorted((_FOLDER / name).glob("*.yaml"))]


def all_versions() -> list[str]:
    """Return the ids of every prompt's versions, sorted."""
    return [f"{path.parent.name}@{path.stem}" for path in sorted(_FOLDER.glob("*/*.yaml"))]


def create(prompt_id: str, model: str) -> Path:
    """Copy a version to a new one, under its own name, and return the new file.

    Raises:
        PromptError: the new id is taken or no NAME@VERSION of the same name, or `model` is not valid.
    """
    source = load(model)
    if not _NAME.fullmatch(prompt_id) or not prompt_id.startswith(f"{source.name}@"):
        raise PromptError(f"{prompt_id!r} is no version of {source.name}: write {source.name}@v9.")
    if prompt_id in versions(source.name):
        raise PromptError(f"There is a prompt {prompt_id} already.")
    version = prompt_id.partition("@")[2]
    text = path_of(model).read_text("utf-8")
    path = _FOLDER / source.name / f"{version}.yaml"
    path.write_text(re.sub(r"(?m)^version:.*$", f"version: {version}", text, count=1), "utf-8")
    return path


def _read(path: Path) -> _Source:
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text)
        fields = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(exc, "problem", None) or str(exc)
        raise PromptError(f"{where}: not valid YAML: {problem}") from exc
    if not isinstance(fields, dict) or not isinstance(node, yaml.MappingNode):
        raise PromptError(f"{path}:1: needs the text fields {', '.join(_FIELDS)}.")
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    for field in _FIELDS:
        if not isinstance(fields.get(field), str):
            problem = "must be text" if field in fields else "is missing"
            raise PromptError(f"{path}:{lines.get(field, 1)}: {field}: {problem}.")
    if unknown := set(fields) - set(_FIELDS):
        field = min(map(str, unknown))
        raise PromptError(
            f"{path}:{lines.get(field, 1)}: {field}: no such field; there are: {', '.join(_FIELDS)}."
        )
    return _Source(path, {field: fields[field] for field in _FIELDS}, lines)


def _check_variables(source: _Source, part: str, allowed: frozenset[str]) -> None:
    template = source.fields[part]
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError as exc:
        raise source.error(part, f"{exc}; write {{{{ and }}}} for braces.") from exc
    if unknown := used - allowed:
        name = min(unknown)
        before = template.partition(f"{{{name}")[0].count("\n")
        lines = source.lines | {part: source.lines[part] + 1 + before}
        raise _Source(source.path, source.fields, lines).error(
            part, f"unknown variable {{{name}}}; there are: {', '.join(sorted(allowed))}."
        )


def _check_complete(source: _Source, name: str) -> None:
    """A prompt gives every variable it has, and says what form its result must take."""
    both = source.fields["system"] + source.fields["human"]
    for variable in sorted(_VARIABLES.get(name, ())):
        if f"{{{variable}}}" not in both:
            raise source.error("human", f"the variable {{{variable}}} is not used.")
    if name in _REQUIRED:
        pattern, problem = _REQUIRED[name]
        if not pattern.search(both):
            raise source.error("system", problem)
