"""Sentences that greet, lead over, or report that somebody spoke: they say nothing of the matter."""

from __future__ import annotations

import re

_LEADS_OVER = re.compile(
    r"\W*(?:(?:and|so|well|now|but|yes|okay|ok)[,.]? )*(?:thank you|thanks|welcome"
    r"|good (?:morning|afternoon|evening)"
    r"|let me (?:say|begin|start|turn|now|also|just|first|conclude|be clear|speak|share|tell|add)"
    r"|allow me|permit me|i (?:would|should) like to (?:begin|start|turn|address|speak|touch|say|share)"
    r"|i(?: will|’ll|'ll)? (?:now |also )?turn to|turning to|i(?:’d|'d) (?:just )?(?:say|add)"
    r"|you (?:asked|mentioned)|as (?:i|we) (?:said|mentioned|noted|gather)"
    r"|i am (?:honou?red|pleased|delighted)|it is (?:an|my) honou?r"
    r"|distinguished|excellenc\w+|ladies and gentlemen"
    r"|(?:mr|madam)\.? (?:president|chair\w*|secretary)|next question|please|in conclusion"
    r"|on (?:that|this|your) (?:question|point|issue|subject))\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\W*(?:allow me to conclude|(?:let me|i (?:would like to|will|shall)) conclude|to conclude"
    r"|in closing)\b",
    re.IGNORECASE,
)
_SHORT = 14  # words up to which a sentence that leads over holds nothing else
_OCCASION = re.compile(
    r"\b(?:General Debate|General Assembly|Assembly|United Nations|UN|speech|address|statement|message"
    r"|rostrum|remarks|podium)\b"
)
_SPOKE = re.compile(
    r"\b(?:gave|delivered|devoted|presented|used|opened|replied|answered|responded|addressed|spoke"
    r"|turned|returned|took up|dealt with|compared|came back|set out|raised|went to"
    r"|stood|appeared|reported back"
    r"|told|likened|began|closed|ended|defended)\b"
)
_SAYS = re.compile(
    r"\bthat\b|\bto (?:congratulate|discuss|express|thank|accuse)\b|[“\"][^“”\"]{40,}"
    r"|\b(?:accus|blam|demand|call(?:ed|ing) (?:for|on)|urg|promis|pledg|warn)\w*"
    r"|:\s|\b\d+(?:[.,]\d+)? (?:per cent|people|million|billion)"
)


def announces(text: str, *, first: bool = False) -> bool:
    """Tell whether a sentence only greets, leads over or reports that somebody spoke.

    `first` says that it opens its article or paragraph, where reports of speeches announce themselves.
    """
    if _CLOSES.match(text) or (_LEADS_OVER.match(text) and len(text.split()) <= _SHORT):
        return True
    return bool(first and _SPOKE.search(text) and _OCCASION.search(text) and not _SAYS.search(text))
