"""Every setting, read from `MEMOIRE_…` variables and an optional `.env` file."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import InputError

PREFIX = "MEMOIRE_"
ENV_FILE = ".env"
PACKAGED = "packaged:"


class Settings(BaseSettings):
    """What a person may choose. `.env.example` explains each with its default.

    Other programs' variables in `.env` are left alone; an unknown `MEMOIRE_` name is an error.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    library: Path = Path("library")
    max_article_mb: float = Field(5.0, gt=0)

    fetch_private: bool = False
    fetch_seconds: float = Field(30.0, gt=0)
    fetch_mb: float = Field(10.0, gt=0)
    fetch_delay: float = Field(1.0, ge=0)
    fetch_tries: int = Field(3, ge=1, le=10)

    embedding_model: str = "packaged:bge-small-en-v1.5"
    query_instruction: str | None = None
    reranker_model: str = "packaged:ms-marco-MiniLM-L-12-v2"
    passage_chars: int = Field(800, ge=200, le=4000)

    candidates: int = Field(40, ge=5, le=500)
    reranked: int = Field(20, ge=5, le=200)

    writer: str = "verbatim"
    base_url: str | None = None
    api_key: SecretStr | None = None
    timeout: float = Field(60.0, gt=0)
    stale_days: int = Field(30, ge=0)
    semantic: str = "reranker"
    neutral_names: str | None = None
    prompt: str = "answer@v1"
    rewrite: str | None = None

    conversations: Path | None = None
    audit: Path | None = None
    require_login: bool = False
    rate_questions: int = Field(30, ge=1)
    rate_minutes: float = Field(10.0, gt=0)

    @property
    def conversations_file(self) -> Path:
        """Where conversations and reviews are kept: beside the articles, unless set elsewhere."""
        return self.conversations or self.library / "conversations.sqlite"

    @property
    def audit_folder(self) -> Path:
        """Where the audit is kept: beside the articles, unless set elsewhere."""
        return self.audit or self.library / "audit"

    @model_validator(mode="after")
    def _no_unknown_variables(self) -> Self:
        known = {PREFIX + name.upper() for name in type(self).model_fields}
        for name in (*os.environ, *dotenv_values(ENV_FILE)):
            if name.upper().startswith(PREFIX) and name.upper() not in known:
                close = difflib.get_close_matches(name.upper(), known, 1)
                raise ValueError(f"{name} is no setting" + (f"; {close[0]} is" if close else ""))
        return self


def load_settings(**chosen: object) -> Settings:
    """Return the settings, with `chosen` values (None means not chosen) over the environment's.

    Raises:
        InputError: a value is out of range, or a `MEMOIRE_` variable names no setting.
    """
    try:
        return Settings(**{k: v for k, v in chosen.items() if v is not None})  # type: ignore[arg-type]
    except UnicodeDecodeError as exc:
        raise InputError(f"The file {ENV_FILE} is not UTF-8 text.", "Save it as UTF-8.") from exc
    except ValidationError as exc:
        error = exc.errors()[0]
        name = ".".join(str(part) for part in error["loc"]).upper().removeprefix(PREFIX)
        where = f"{PREFIX}{name}: " if name else ""
        problem = f"Setting {where}{error['msg'].removeprefix('Value error, ')}."
        raise InputError(problem, ".env.example lists the settings.") from exc
