"""The language model that the settings name, and others' text as it may reach it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from langchain.chat_models import init_chat_model

from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from index.settings import Settings

_MOST_TOKENS = 800
# Others' text can neither close its delimiter nor open another, or a chat template's; nor can it pass
# for a marker.
_INVISIBLE = re.compile(r"[\u200b\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_AS_DATA = str.maketrans("<>＜＞﹤﹥[]［］【】", "‹›‹›‹›()()()")


def chat_model_for(settings: Settings) -> Any:  # noqa: ANN401 - a BaseChatModel of any provider
    """Return the model that the settings name, without randomness.

    Raises:
        ModelUnavailable: its package is missing, or it cannot be set up.
    """
    options: dict[str, Any] = {
        "temperature": 0,
        "timeout": settings.timeout,
        "max_retries": 0,
        "max_tokens": _MOST_TOKENS,
    }
    if settings.base_url:
        options["base_url"] = settings.base_url
        options["api_key"] = "none"
    if settings.api_key:
        options["api_key"] = settings.api_key.get_secret_value()
    provider = settings.writer.partition(":")[0]
    try:
        return init_chat_model(settings.writer, **options)
    except ImportError as exc:
        raise ModelUnavailable(
            f"The writer {settings.writer} needs a package that is not installed: {exc.name or exc}.",
            f"Run: pip install 'aide-memoire[{provider}]'",
        ) from exc
    except Exception as exc:  # providers' errors share no base class
        raise ModelUnavailable(
            f"The writer {settings.writer} cannot be set up: {str(exc).splitlines()[0]}",
            "Check the name (PROVIDER:MODEL) and MEMOIRE_API_KEY or the provider's own key.",
        ) from exc


def as_data(text: str) -> str:
    """Return others' text for a prompt: it closes no delimiter and passes for no marker."""
    return _INVISIBLE.sub("", text).translate(_AS_DATA)
