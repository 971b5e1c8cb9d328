"""Prompt versions, one YAML file each under `prompts/NAME/VERSION.yaml`, and their loader."""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent
_VARIABLES = {"answer": frozenset({"question", "passages"})}
_FIELDS = ("name", "version", "notes", "system", "human")


class PromptError(Exception):
    """A prompt version does not exist or is not valid; the message names the file."""


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


def load(prompt_id: str) -> Prompt:
    """Return a prompt version by its id, such as `answer@v1`.

    Raises:
        PromptError: there is no such version, or its file is not valid.
    """
    name, _, version = prompt_id.partition("@")
    path = _FOLDER / name / f"{version}.yaml"
    if prompt_id not in versions(name):
        known = ", ".join(versions(name)) or "none"
        raise PromptError(f"There is no prompt {prompt_id!r}; there are: {known}.")
    data = path.read_bytes()
    try:
        fields = yaml.safe_load(data)
    except yaml.YAMLError as exc:
        raise PromptError(f"{path}: not valid YAML: {exc}") from exc
    if not isinstance(fields, dict) or not all(isinstance(fields.get(f), str) for f in _FIELDS):
        raise PromptError(f"{path}: needs the text fields {', '.join(_FIELDS)}.")
    if (fields["name"], fields["version"]) != (name, version):
        raise PromptError(f"{path}: name and version must be those of the file's path.")
    for part in ("system", "human"):
        _check_variables(path, part, fields[part], _VARIABLES.get(name, frozenset()))
    sha = hashlib.sha256(data).hexdigest()[:16]
    return Prompt(sha=sha, **{f: fields[f] for f in _FIELDS})


def versions(name: str) -> list[str]:
    """Return the ids of a prompt's versions, sorted."""
    return [f"{name}@{path.stem}" for path in sorted((_FOLDER / name).glob("*.yaml"))]


def _check_variables(path: Path, part: str, template: str, allowed: frozenset[str]) -> None:
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError as exc:
        raise PromptError(f"{path}: {part}: {exc}; write {{{{ and }}}} for braces.") from exc
    if unknown := used - allowed:
        raise PromptError(
            f"{path}: {part}: unknown variable {{{min(unknown)}}}; "
            f"there are: {', '.join(sorted(allowed))}."
        )
