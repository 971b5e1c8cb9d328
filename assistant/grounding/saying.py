"""The verbs by which a sentence reports somebody's words, each under one name for its kind."""

from __future__ import annotations

VERBS = {
    "accused": "accuses|accused|accusing|blamed|blames|charged that|faulted",
    "added": "adds|added",
    "agreed": "agrees|agreed",
    "announced": "announces|announced|declared|declares|proclaimed",
    "argued": "argues|argued|insisted|insists|maintained|maintains|contended|contends|asserted|asserts"
    "|reasoned|held that|holds that",
    "asked": "asked for|asked|asks|called for|calls for|called on|calls on|called upon|demanded|demands"
    "|urged|urges|appealed|wanted|proposed|proposes|suggested|suggests|recommended|recommends|advocated"
    "|pleaded|implored|exhorted|pressed for|pushed for",
    "claimed": "claims|claimed|alleged|alleges",
    "condemned": "condemns|condemned|denounced|criticised|criticized|deplored|decried|lamented|lambasted"
    "|slammed|derided|rebuked|lashed out|hit out",
    "denied": "denies|denied|rejected|rejects|dismissed|refuted|rebutted|disputed|disputes|ruled out"
    "|rules out|brushed aside|waved aside|took issue|objected|objects",
    "described": "described|describes|called|calls|termed|characterised|characterized|portrayed"
    "|likened|compared",
    "promised": "promised|promises|pledged|pledges|vowed|committed",
    "reaffirmed": "affirmed|reaffirmed|reiterated|reiterates|underscored|underlined|stressed|emphasized"
    "|emphasised|highlighted|stresses|confirmed|confirms|repeated|repeats",
    "replied": "replied|replies|responded|answered|retorted|countered",
    "said": "said|says|stated|concluded|concludes|explained|explains|noted|notes|remarked|observed"
    "|mentioned|recalled|cited|pointed out|pointed to|expressed|listed|counted|reported|conveyed|voiced"
    "|linked|acknowledged|acknowledges|admitted|admits|conceded|concedes|commented|complained|complains"
    "|regretted|regrets|protested|hoped|hopes|feared|fears|believed|believes|doubted|doubts|expected"
    "|expects|foresaw|foresees|predicted|predicts|estimated|estimates|favoured|favored|favours|favors"
    "|preferred|prefers|quoted|quotes|invoked|invokes|alluded to|referred to|dwelt on|hinted|indicated"
    "|signalled|signaled|joked|boasted|testified|clarified|specified|enumerated|disclosed|revealed",
    "thanked": "thanked|praised|praises|commended|congratulated|welcomed|welcomes|hailed|hails|lauded"
    "|applauded|saluted|paid tribute",
    "told": "told|tells|informed|assured|advised|reminded",
    "warned": "warned|warns|cautioned|threatened",
}
_KINDS_OF_WORDS = (
    r"accounts?|versions?|counts?|tolls?|reasons|explanations?|descriptions?|figures|assurances?"
    r"|interpretations?|estimates?|repl(?:y|ies)|answers?|warnings?|list|picture|verdict"
)
# Verbs that report words only with what follows them: "gave a count", not "gave money".
_WITH = {
    "gave|gives": ("said", rf"\s+(?!no\b)[^,.;:]{{0,80}}?\b(?:{_KINDS_OF_WORDS})\b"),
    "issued|sounded|delivered": (
        "warned",
        r"\s+(?:an?\s+)?(?:[\w-]+\s+)?(?:warnings?|threats?|rebukes?)\b",
    ),
    "made|makes": ("said", r"\s+(?:it\s+)?(?:clear|plain)\b|\s+the\s+(?:case|point|argument)\b"),
    "drew|draws": (
        "said",
        r"\s+(?:[\w-]+\s+){0,4}?(?:conclusions?|lessons?|parallels?|comparisons?|distinctions?|line"
        r"|attention|picture)\b",
    ),
    "painted|paints": ("described", r"\s+[^,.;:]{2,40}?\b(?:picture|portrait)\b"),
    "presented|presents|regarded|regards|viewed|views|depicted|treated|branded|labelled": (
        "described",
        r"\s+(?:[^.;:]{2,120}?\s+)?as\b",
    ),
    "put|puts": (
        "said",
        r"\s+(?:[\w’'-]+\s+){0,3}?(?:blame|fault|responsibility|onus|questions?|case|number|toll|losses)\b"
        r"|\s+it\s+(?:\w+ly|so|this\s+way|another\s+way)\b|\s+no\s+(?:faith|trust)\b",
    ),
    # "laid the blame on"
    "laid|lays": ("accused", r"\s+(?:all\s+)?(?:the\s+)?(?:blame|responsibility)\b"),
    "held|holds": (
        "accused",
        r"\s+[^.;:]{2,80}?\s(?:responsible|accountable|to\s+blame|guilty)\b",
    ),
    # "had harsh words for", "reserved praise for"
    "had|has|reserved|found|kept": (
        "said",
        r"\s+(?:[\w-]+\s+){0,3}?(?:words?|praise|barbs?|criticism|advice|warnings?|reproach(?:es)?"
        r"|compliments?|message|question)\s+(?:for|to)\b",
    ),
    "charged|charges": ("accused", r",|\s+(?!with\b)[^,.;:]{2,60}?\swith\b"),
    "named|names": (
        "said",
        r"\s+(?=[a-z])(?!(?:after|as|in|for|by|an?|him|her|his|its|their)\b)"
        r"(?![^,.;:]*\b(?:ambassadors?|envoys?|successors?|ministers?|judges?|members|heads?|candidates?)\b)",
    ),
    "attributed|attributes|ascribed|traced|dated": ("said", r"\s+[^.;:]{2,80}?\s(?:to|from)\b"),
    "credited|credits": ("thanked", r"\s+[^.;:]{2,80}?\swith\b"),
    "raised|raises": ("said", r"\s+(?:[\w-]+\s+)?(?:concerns?|objections?|alarm|doubts?|questions)\b"),
    "set|sets": ("said", r"\s+(?:out|forth)\s+(?:his|her|its|the|how|what|why)\b"),
    "used|uses": ("said", r"\s+(?:[\w-]+\s+){1,3}?(?:terms?|words?|phrases?|names?|expressions?)\b"),
    "wrote|writes": ("said", r"\s+(?:that|of)\b"),
    "spoke|speaks": (
        "said",
        r"\s+(?:out|up|of|about|against|in\s+favou?r|in\s+(?:support|defen[cs]e)|at\s+length|highly"
        r"|\w+ly\s+(?:of|about|against)|for)\b|\s+to\s+[^.;]{2,80}?:",
    ),
}
_CANONICAL = {form: kind for kind, forms in VERBS.items() for form in forms.split("|")} | {
    form: kind for forms, (kind, _) in _WITH.items() for form in forms.split("|")
}
_PLAIN = sorted((form for forms in VERBS.values() for form in forms.split("|")), key=len, reverse=True)
VERB = "|".join(
    [
        *(form.replace(" ", r"\s+") for form in _PLAIN),
        *(rf"(?:{forms})(?={after})" for forms, (_, after) in _WITH.items()),
    ]
)
# Forms that are plural nouns as well: "Iranian claims".
ALSO_NOUNS = frozenset(
    "claims demands calls promises notes hopes fears doubts estimates quotes objects views names charges"
    " questions pledges disputes regrets answers replies credits attributes uses".split()
)


def kind_of(verb: str) -> str:
    """Return the name of a verb's kind; "said" for one that has none."""
    return _CANONICAL.get(" ".join(verb.split()).casefold(), "said")
