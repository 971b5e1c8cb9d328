"""An assistant that follows a script, a library without vectors, and reading what is drawn."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answers import Answer, Claim, Numbering, Question, reference
from assistant.events import ClaimWritten, Finished, Notice, SearchedFor
from assistant.evidence import Sentence, Span
from index.articles import Article
from index.dates import PartialDate
from index.settings import load_settings
from index.store.rows import Entry, FileRead
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamlit.testing.v1 import AppTest

    from index.store.library import Library

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "app.py")
CALL = Article(
    source="call.md",
    title="Ministers talk by telephone",
    text="The ministers spoke on Wednesday. They discussed the border.\n\nNo date was set.",
    outlet="APA",
    url="https://example.org/call",
    published=PartialDate(2023, 4, 19),
)
TALK = Article(
    source="talk.md",
    title="A talk",
    text="Aliyev said Armenia is now close. They discussed the border again.",
    outlet="APA",
    published=PartialDate(2024, 5, 2),
)
HOSTILE = Article(
    source="hostile.md",
    title="<img src=x onerror=alert(1)> :red[**bold**] [link](https://evil.example)",
    text="<script>window.hacked=1</script> ![i](https://evil.example/x.png)\n  \n<b>bold</b> &",
    outlet="**Outlet** :material/home:",
    url="javascript:alert(1)",
)


class Scripted:
    """An assistant that quotes the first two sentences of the call, or abstains when told to."""

    asked: list[Question]
    article = CALL
    error: Exception | None = None
    made: Answer | None = None

    def __init__(self, library: Library, settings: object) -> None:
        self.library = library
        self.retrieval = type("Retrieval", (), {"engine": type("Engine", (), {})()})()

    def ask(self, question: Question) -> Answer:
        *_, last = self.stream(question)
        answer: Answer = last.answer
        return answer

    def stream(self, question: Question) -> Iterator[Any]:
        type(self).asked.append(question)
        if self.error:
            raise self.error
        yield SearchedFor(question.text + " now")
        if self.made:
            yield from map(ClaimWritten, self.made.claims)
            yield Finished(self.made.model_copy(update={"limits": question.limits}))
            return
        numbering, claims = Numbering(), []
        if "weather" not in question.text:
            yield Notice("The endpoint <is> down.")
            for start, end in ((0, 33), (34, 60)):
                span = Span(self.article, start, end)
                sentence = Sentence(f"APA, 2023: “{start}”", [span], "APA, 2023")
                claims.append(numbering.claim(sentence))
                yield ClaimWritten(claims[-1])
        yield Finished(
            Answer(
                id=None,
                question=question.text,
                abstained=not claims,
                reason=None if claims else "The articles do not answer this.",
                claims=tuple(claims),
                closest=() if claims else (reference(self.article),),
                searched_for=question.text + " now",
                as_of="2023-04-19",
                writer="verbatim",
                prompt=None,
                index_hash="0",
                seconds=0.1,
                notices=("The endpoint <is> down.",) if claims else (),
            )
        )


def fill(folder: Path, *articles: Article) -> None:
    """Put articles into the library without embedding anything."""
    settings = load_settings(library=folder)
    with LibraryWriter.exclusive(folder) as library:
        library.sign(settings)
        for article in articles:
            entry = Entry(article.source, article, [], None)  # type: ignore[arg-type]
            library.add([entry], [FileRead(article.source, "1", [article.id])])


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in app.get("html") if "<style>" not in element.value)


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


def cited(app: AppTest) -> list[str]:
    return [text_of(mark) for mark in re.findall(r'<mark class="cited">(.*?)</mark>', shown(app))]


def looked_for(app: AppTest) -> bool:
    """Whether questions to suggest are still being looked for."""
    return "Looking for questions" in shown(app)


def until(done: Callable[[], bool]) -> None:
    for _ in range(400):
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come")


def suggested(app: AppTest) -> list[str]:
    return [b.label for b in app.button if str(b.key).startswith("suggestion-")]


def made(*claims: Claim, **changes: Any) -> Answer:
    """Return an answer of these claims, or an abstention, as the assistant would finish it."""
    facts: dict[str, Any] = {
        "id": None,
        "question": "Who spoke?",
        "abstained": not claims,
        "reason": None if claims else "The articles do not answer this.",
        "claims": claims,
        "searched_for": "Who spoke?",
        "as_of": "2023-04-19",
        "writer": "verbatim",
        "prompt": None,
        "index_hash": "0",
        "seconds": 0.1,
    }
    return Answer(**facts | changes)


def claim(start: int, end: int, article: Article = CALL, **facts: Any) -> Claim:
    """Return a claim that quotes a span of an article."""
    text = facts.pop("text", article.text[start:end])
    return Numbering().claim(Sentence(text, [Span(article, start, end)], **facts))
