"""The semantic test by setting: an NLI cross-encoder, a judge at an endpoint, and what is no test."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from assistant.grounding.semantic import Entailment, scorer_for
from index.errors import InputError, ModelUnavailable
from index.models import Reranker
from index.settings import load_settings
from tests.scripted_endpoint import scripted_endpoint

if TYPE_CHECKING:
    from pathlib import Path

PASSAGE = "Bayramov told Hogan that mines remained an obstacle to peace."
OTHER = "The weather in Baku was fine."
CLAIM = "Bayramov spoke of mines."


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker(load_settings())


def _model(folder: Path, labels: list[str], towards: str) -> str:
    """A CrossEncoder of a few weights that always favours one label."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "mines", "peace"]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label=dict(enumerate(labels)),
        label2id={name: at for at, name in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.zero_()
        model.classifier.bias[labels.index(towards)] = 4.0
    model.save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize("towards", ["entailment", "contradiction"])
def test_the_entailment_label_decides_wherever_it_stands(
    tmp_path: Path, reranker: Reranker, towards: str
) -> None:
    model = _model(tmp_path, ["contradiction", "entailment", "neutral"], towards)
    scores = list(scorer_for(load_settings(semantic=f"nli:{model}"), reranker).score(CLAIM, [PASSAGE]))
    assert (scores[0] > 0) is (towards == "entailment")


def test_a_model_without_the_label_is_refused_with_its_labels(tmp_path: Path) -> None:
    model = _model(tmp_path, ["good", "bad"], "good")
    with pytest.raises(ModelUnavailable, match="good, bad"):
        Entailment(model)


@pytest.mark.parametrize(("reply", "states"), [("YES", True), ("No.", False)])
def test_a_judge_is_asked_of_the_nearest_passage(reranker: Reranker, reply: str, states: bool) -> None:
    with scripted_endpoint() as endpoint:
        endpoint.reply = reply
        settings = load_settings(semantic="judge:openai:local", base_url=endpoint.url)
        other, nearest = scorer_for(settings, reranker).score(CLAIM, [OTHER, PASSAGE])
    assert (nearest > 0) is states
    assert other < nearest


@pytest.mark.parametrize("reply", ["Perhaps", None])
def test_where_the_judge_says_nothing_the_reranker_does(reranker: Reranker, reply: str | None) -> None:
    with scripted_endpoint() as endpoint:
        endpoint.reply = reply or ""
        url = endpoint.url if reply else "http://127.0.0.1:9/v1"
        settings = load_settings(semantic="judge:openai:local", base_url=url)
        scores = scorer_for(settings, reranker).score(CLAIM, [PASSAGE, OTHER])
    assert list(scores) == pytest.approx(list(reranker.score(CLAIM, [PASSAGE, OTHER])), abs=1e-4)


@pytest.mark.skipif(not importlib.util.find_spec("xllamacpp"), reason="no local model")
def test_a_real_model_judges(reranker: Reranker) -> None:
    from eval.bench.serving import serve

    server = serve()
    settings = load_settings(
        semantic="judge:openai:local", base_url=f"{server.listening_address}/v1", timeout=60
    )
    [score] = scorer_for(settings, reranker).score(CLAIM, [PASSAGE])
    assert abs(score) in (6.0, pytest.approx(abs(float(reranker.score(CLAIM, [PASSAGE])[0])), abs=1e-4))


@pytest.mark.parametrize("named", ["nli", "nli:", "judge", "oracle"])
def test_what_is_no_test_is_refused(reranker: Reranker, named: str) -> None:
    with pytest.raises(InputError):
        scorer_for(load_settings(semantic=named), reranker)
