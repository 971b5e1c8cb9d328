"""The semantic test of the grounding check, as the settings choose it.

reranker              the cross-encoder that also ranks passages (the default): are the two relevant
nli:MODEL             a sentence-transformers CrossEncoder with an entailment label: does one follow
judge                 the writer's chat model, asked whether a passage states a sentence
judge:PROVIDER:MODEL  another chat model, at the same endpoint

Each gives logits, 0 being even odds, so that the thresholds of `grounding` hold for all of them. The
hard facts (numbers, dates, names, speakers, negations) are compared before it is asked.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from index.errors import InputError, ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.grounding.check import Scorer
    from index.models import Reranker
    from index.settings import Settings

RERANKER = "reranker"
_PROMPT = "support@v1"
_SURE = 6.0  # the logit of a judge's word; its confidence is not known
_LEAST = 1e-6
_WORD = re.compile(r"\b(yes|no)\b", re.IGNORECASE)
_MOST_TOKENS = 8


def scorer_for(settings: Settings, reranker: Reranker) -> Scorer:
    """Return the semantic test the settings name.

    Raises:
        InputError: there is no such test, or the judge has no model.
        ModelUnavailable: its model cannot be loaded or set up, or has no entailment label.
    """
    kind, _, model = settings.semantic.partition(":")
    if settings.semantic == RERANKER:
        return reranker
    if kind == "nli" and model:
        return Entailment(model)
    if kind == "judge":
        return Judge(settings, model or settings.writer, reranker)
    raise InputError(
        f"There is no semantic test {settings.semantic!r}.",
        "Choose reranker, nli:MODEL, judge, or judge:PROVIDER:MODEL in MEMOIRE_SEMANTIC.",
    )


class Entailment:
    """Whether a text entails a sentence, by a cross-encoder trained on natural-language inference."""

    def __init__(self, model: str) -> None:
        """Raise ModelUnavailable where the model cannot be loaded or has no entailment label."""
        from index.models import load_cross_encoder

        self._model = load_cross_encoder(model)
        labels: dict[int, str] = getattr(self._model.config, "id2label", None) or {}
        names = {str(name).casefold(): at for at, name in labels.items()}
        found = [at for name, at in names.items() if name.startswith("entail")]
        if len(found) != 1:
            raise ModelUnavailable(
                f"The model {model} has no entailment label: its labels are {', '.join(names)}.",
                "Name a CrossEncoder trained on NLI in MEMOIRE_SEMANTIC, as nli:MODEL.",
            )
        self._entails = int(found[0])

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return for each text the log odds that it entails the query."""
        if not texts:
            return []
        found = self._model.predict(
            [(text, query) for text in texts], apply_softmax=True, show_progress_bar=False
        )
        return [_log_odds(float(row[self._entails])) for row in found]


class Judge:
    """Whether a passage states a sentence, by a chat model's one word.

    It is asked of the passage alone that the reranker puts first; where the endpoint fails or says
    neither yes nor no, the reranker's opinion stands.
    """

    def __init__(self, settings: Settings, model: str, reranker: Reranker) -> None:
        """Raise InputError or ModelUnavailable where the model cannot be used."""
        if ":" not in model:
            raise InputError(
                "The judge of MEMOIRE_SEMANTIC has no model: the writer is none.",
                "Name one, as in judge:openai:gpt-5-mini.",
            )
        from langchain_core.prompts import ChatPromptTemplate

        import prompts
        from assistant.language_model import chat_model_for

        asked = prompts.load(_PROMPT)
        template = ChatPromptTemplate([("system", asked.system), ("human", asked.human)])
        chat = chat_model_for(settings.model_copy(update={"writer": model}))
        self._chain: Any = template | chat.bind(max_tokens=_MOST_TOKENS)
        self._reranker = reranker

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return the judge's word on the best text as a logit; the other texts come behind it."""
        if not texts:
            return []
        ranked = [float(score) for score in self._reranker.score(query, texts)]
        best = max(range(len(texts)), key=ranked.__getitem__)
        states = self._states(query, texts[best])
        if states is None:
            return ranked
        behind = min(ranked[best], 0.0, -_SURE) - _SURE
        return [(_SURE if states else -_SURE) if at == best else behind for at in range(len(texts))]

    def _states(self, sentence: str, passage: str) -> bool | None:
        from assistant.language_model import as_data

        try:
            reply = self._chain.invoke({"sentence": as_data(sentence), "passage": as_data(passage)})
        except Exception:  # noqa: BLE001 - providers' errors share no base class
            return None
        word = _WORD.search(str(reply.text))
        return word[1].casefold() == "yes" if word else None


def _log_odds(share: float) -> float:
    share = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(share / (1 - share))
