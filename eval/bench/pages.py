"""Web pages with a known article in them, in the formats that publishers and ministries use.

Their texts and layouts are made; what stands around the article (menus, banners, advertisements,
related links, comments) is named `NOISE` and belongs to no article.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from index.articles import Article
from index.dates import PartialDate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NOISE = "Subscribe to our newsletter. Accept all cookies. Read more: ministers, markets and weather."
_MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/world'>World</a></li></ul></nav>"
_RELATED = "<aside><h3>Related</h3><ul><li><a href='/a'>Another story entirely</a></li></ul></aside>"

_PUBLISHED = PartialDate(2024, 5, 3)
_TEXTS: Mapping[str, tuple[str, Sequence[str]]] = {
    "tr": (
        "Bakan, Bakü'de sınır görüşmelerinin sonucunu açıkladı",
        (
            "Dışişleri Bakanı, Bakü'de düzenlediği basın toplantısında iki ülkenin sınır "
            "komisyonlarının haziran ayında yeniden bir araya geleceğini söyledi.",
            "Bakan, köprünün onarımının tamamlandığını ve gümrük kapısının günde on iki saat açık "
            "kalacağını belirtti. Görüşmelere altı uzman katıldı.",
            "Taraflar ortak bir bildiri yayımlamadı, ancak tahıl taşımacılığına ilişkin bir protokol "
            "imzalandı.",
        ),
    ),
    "ru": (
        "Министры обсудили открытие паромной линии",
        (
            "Министры иностранных дел двух стран провели в Баку переговоры об открытии паромной линии, "
            "сообщила пресс-служба ведомства.",
            "По словам министра, ремонт причала завершён, а первый рейс намечен на начало июня. "
            "В переговорах участвовали шесть экспертов.",
            "Стороны подписали протокол о перевозке зерна и условились встретиться вновь через месяц.",
        ),
    ),
    "az": (
        "Nazirlər bərə xəttinin açılmasını müzakirə ediblər",
        (
            "Xarici işlər nazirləri Bakıda bərə xəttinin açılmasını müzakirə ediblər, deyə nazirliyin "
            "mətbuat xidməti bildirib.",
            "Nazirin sözlərinə görə, körpünün təmiri başa çatıb və ilk səfər iyunun əvvəlinə nəzərdə "
            "tutulub. Danışıqlarda altı ekspert iştirak edib.",
            "Tərəflər taxıl daşınması haqqında protokol imzalayıb və bir aydan sonra görüşməyə "
            "razılaşıb.",
        ),
    ),
    "hy": (
        "Նախարարները քննարկել են լաստանավային գծի բացումը",
        (
            "Արտաքին գործերի նախարարները քննարկել են լաստանավային գծի բացումը, հայտնել է նախարարության "
            "մամուլի ծառայությունը։",
            "Նախարարի խոսքով՝ կամրջի վերանորոգումն ավարտվել է, իսկ առաջին ուղևորությունը նախատեսված է "
            "հունիսի սկզբին։ Բանակցություններին մասնակցել է վեց փորձագետ։",
            "Կողմերը ստորագրել են հացահատիկի փոխադրման արձանագրություն։",
        ),
    ),
    "ka": (
        "მინისტრებმა საბორნე ხაზის გახსნა განიხილეს",
        (
            "საგარეო საქმეთა მინისტრებმა საბორნე ხაზის გახსნა განიხილეს, იტყობინება უწყების "
            "პრესსამსახური.",
            "მინისტრის თქმით, ხიდის შეკეთება დასრულდა და პირველი რეისი ივნისის დასაწყისში იგეგმება. "
            "მოლაპარაკებებში ექვსი ექსპერტი მონაწილეობდა.",
            "მხარეებმა ხელი მოაწერეს მარცვლეულის გადაზიდვის ოქმს.",
        ),
    ),
    "fa": (
        "وزیران درباره گشایش خط کشتی گفت‌وگو کردند",
        (
            "وزیران امور خارجه دو کشور در باکو درباره گشایش خط کشتی گفت‌وگو کردند، دفتر رسانه‌ای وزارت "
            "خبر داد.",
            "به گفته وزیر، تعمیر پل به پایان رسیده و نخستین سفر برای آغاز ماه ژوئن برنامه‌ریزی شده است. "
            "شش کارشناس در مذاکرات شرکت کردند.",
            "دو طرف یک تفاهم‌نامه درباره حمل غلات امضا کردند.",
        ),
    ),
    "ar": (
        "الوزيران يبحثان افتتاح خط العبّارات",
        (
            "بحث وزيرا خارجية البلدين في باكو افتتاح خط العبّارات، بحسب ما أعلن المكتب الصحفي للوزارة.",
            "وقال الوزير إن إصلاح الجسر قد انتهى وإن الرحلة الأولى مقررة في مطلع يونيو. وشارك في "
            "المحادثات ستة خبراء.",
            "ووقّع الجانبان بروتوكولا بشأن نقل الحبوب واتفقا على اللقاء بعد شهر.",
        ),
    ),
    "fr": (
        "Les ministres évoquent l'ouverture d'une ligne de ferry",
        (
            "Les ministres des Affaires étrangères des deux pays ont évoqué à Bakou l'ouverture d'une "
            "ligne de ferry, a indiqué le service de presse du ministère.",
            "Selon le ministre, la réparation du pont est achevée et le premier voyage est prévu pour "
            "le début du mois de juin. Six experts ont pris part aux entretiens.",
            "Les parties ont signé un protocole sur le transport des céréales.",
        ),
    ),
}


def articles_in_languages() -> list[Article]:
    """Return eight short statements as a ministry publishes them, one a language."""
    return [
        Article(language, title, "\n\n".join(blocks), published=_PUBLISHED, language=language)
        for language, (title, blocks) in _TEXTS.items()
    ]


def _day(article: Article) -> str:
    return article.published.first.isoformat() if article.published else ""


def _blocks(article: Article) -> list[str]:
    return [html.escape(block.strip()) for block in article.text.split("\n\n") if block.strip()]


def _paragraphs(article: Article, tag: str = "p") -> str:
    return "".join(f"<{tag}>{block}</{tag}>" for block in _blocks(article))


def _h1(article: Article) -> str:
    return f"<h1>{html.escape(article.title)}</h1>"


def _time(article: Article) -> str:
    return f'<time datetime="{_day(article)}">{_day(article)}</time>'


def _meta(article: Article) -> str:
    return f'<meta property="article:published_time" content="{_day(article)}T08:00:00Z">'


def _ld(article: Article, **more: object) -> str:
    stated = {"@type": "NewsArticle", "headline": article.title, "datePublished": _day(article), **more}
    return f'<script type="application/ld+json">{json.dumps(stated, ensure_ascii=False)}</script>'


def _page(article: Article, head: str, body: str, site: str = "The Outlet") -> str:
    title = f"<title>{html.escape(article.title)} | {site}</title>"
    foot = f"<footer><p>{NOISE}</p></footer>"
    direction = " dir=rtl" if article.language in ("fa", "ar") else ""
    return (
        f"<!doctype html><html lang={article.language or 'en'}{direction}><head><meta charset=utf-8>"
        f"{title}{head}</head><body>{_MENU}{body}{_RELATED}{foot}</body></html>"
    )


def _amp(a: Article) -> str:
    ads = f"<amp-ad width=300 height=250><div>{NOISE}</div></amp-ad>"
    return _page(
        a,
        _ld(a) + "<script async src='https://cdn.ampproject.org/v0.js'></script>",
        f"<amp-sidebar><ul><li>World</li></ul></amp-sidebar><article class=amp-wp-article>"
        f"<header>{_h1(a)}{_time(a)}</header><amp-img src=a.jpg width=1 height=1></amp-img>"
        f"<div class=amp-wp-article-content>{_paragraphs(a)}</div></article>{ads}",
    ).replace("<html", "<html amp")


def _live_blog(a: Article) -> str:
    posts = "".join(
        f"<article class=live-post id=p{n}><time datetime='{_day(a)}T1{n % 10}:00'>1{n % 10}:00</time>"
        f"<h2>Update {n}</h2><p>{block}</p><button>Share</button></article>"
        for n, block in enumerate(_blocks(a))
    )
    return _page(
        a,
        _ld(a, **{"@type": "LiveBlogPosting"}),
        f"<main>{_h1(a)}<div class=liveblog>{posts}</div></main>",
    )


def _asp(a: Article) -> str:
    return _page(
        a,
        "",
        f"<form id=aspnetForm><table id=ctl00_tblMain><tr><td class=leftMenu>{_MENU}</td>"
        f"<td><span id=ctl00_lblTitle class=title>{html.escape(a.title)}</span><br>"
        f"<span id=ctl00_lblDate>{_day(a)}</span><div id=ctl00_divContent>{_paragraphs(a)}</div>"
        f"</td></tr></table></form>",
        "Ministry of Foreign Affairs",
    )


def _drupal(a: Article) -> str:
    return _page(
        a,
        f'<meta name="dcterms.date" content="{_day(a)}">',
        f"<div class=region-content><article class='node node--type-press-release'>{_h1(a)}"
        f"<div class='field field--name-field-date'>{_time(a)}</div>"
        f"<div class='field field--name-body'>{_paragraphs(a)}</div></article></div>",
        "Ministry of Foreign Affairs",
    )


def _bitrix(a: Article) -> str:
    return _page(
        a,
        _meta(a),
        f"<div class=news-detail><span class=news-date-time>{_day(a)}</span>"
        f"<h3>{html.escape(a.title)}</h3>{'<br><br>'.join(_blocks(a))}<div style='clear:both'></div>"
        f"<div class=share>{NOISE}</div></div>",
        "Ministry of Foreign Affairs",
    )


def _paywall(a: Article) -> str:
    shown = "".join(f"<p>{block}</p>" for block in _blocks(a)[:2])
    wall = f"<div class=paywall><h2>Continue reading</h2><p>{NOISE}</p><button>Subscribe</button></div>"
    return _page(a, _ld(a, isAccessibleForFree=False), f"<article>{_h1(a)}{shown}{wall}</article>")


def _next(a: Article) -> str:
    state = json.dumps({"props": {"title": a.title, "body": a.text}}).replace("<", "\\u003c")
    return _page(
        a,
        _ld(a),
        f"<div id=__next><div class=css-1x><div class=css-2y>{_h1(a)}<section class=css-3z>"
        f"{_paragraphs(a)}</section></div></div></div>"
        f"<script id=__NEXT_DATA__ type='application/json'>{state}</script>",
    )


def _commented(a: Article) -> str:
    comments = "".join(f"<li class=comment><p>Reader {n}: {NOISE}</p></li>" for n in range(6))
    return _page(
        a,
        _meta(a),
        f"<article>{_h1(a)}{_paragraphs(a)}</article><section id=comments><h2>6 comments</h2>"
        f"<ol class=comment-list>{comments}</ol></section>",
    )


def _figures(a: Article) -> str:
    figure = f"<figure><img src=a.jpg alt=''><figcaption>Photo: agency. {NOISE}</figcaption></figure>"
    first, *rest = _blocks(a)
    quote = f"<blockquote><p>{rest[0]}</p></blockquote>" if rest else ""
    after = "".join(f"<p>{block}</p>" for block in rest[1:])
    return _page(a, _meta(a), f"<article>{_h1(a)}{figure}<p>{first}</p>{quote}{after}</article>")


def _newsletter(a: Article) -> str:
    box = f"<div class=newsletter-signup><h4>Newsletter</h4><p>{NOISE}</p><input type=email></div>"
    more = "<p class=related-inline><strong>Read more:</strong> <a href='/b'>Another story</a></p>"
    return _page(
        a,
        _ld(a),
        f"<article>{_h1(a)}{_paragraphs(a).replace('</p><p>', f'</p>{box}{more}<p>', 1)}</article>",
    )


LAYOUTS: Mapping[str, Callable[[Article], str]] = {
    "article element, meta date": lambda a: _page(
        a, _meta(a), f"<article>{_h1(a)}{_paragraphs(a)}</article>"
    ),
    "JSON-LD date": lambda a: _page(a, _ld(a), f"<article>{_h1(a)}{_paragraphs(a)}</article>"),
    "time element": lambda a: _page(a, "", f"<main>{_h1(a)}{_time(a)}{_paragraphs(a)}</main>"),
    "div soup": lambda a: _page(
        a, _meta(a), f"<div><div class=x1>{_h1(a)}<div class=x2>{_paragraphs(a)}</div></div></div>"
    ),
    "div for each paragraph": lambda a: _page(
        a, _meta(a), f"<div class=content>{_h1(a)}{_paragraphs(a, 'div')}</div>"
    ),
    "line breaks only": lambda a: _page(
        a, _meta(a), f"<div class=post>{_h1(a)}{'<br><br>'.join(_blocks(a))}</div>"
    ),
    "WordPress": lambda a: _page(
        a,
        _meta(a),
        f"<div class=entry>{_h1(a)}<div class=entry-content>{_paragraphs(a)}"
        f"<div class=sharedaddy>Share this: Twitter Facebook</div></div></div>",
    ),
    "layout table": lambda a: _page(
        a, "", f"<table><tr><td>{_MENU}</td><td>{_h1(a)}{_time(a)}{_paragraphs(a)}</td></tr></table>"
    ),
    "advertisement between paragraphs": lambda a: _page(
        a,
        _meta(a),
        f"<article>{_h1(a)}"
        + _paragraphs(a).replace("</p><p>", f"</p><div class=ad>{NOISE}</div><p>")
        + "</article>",
    ),
    "cookie banner first": lambda a: _page(
        a, _meta(a), f"<div id=cookie-consent><p>{NOISE}</p></div><main>{_h1(a)}{_paragraphs(a)}</main>"
    ),
    "AMP": _amp,
    "live blog": _live_blog,
    "paywall stub (two paragraphs)": _paywall,
    "Next.js with its state": _next,
    "comments below": _commented,
    "photo caption, pull quote": _figures,
    "newsletter box, inline link": _newsletter,
    "ministry, ASP.NET tables": _asp,
    "ministry, Drupal": _drupal,
    "ministry, Bitrix": _bitrix,
}
"""A page's layout by name. Those of ministries are filled with `articles_in_languages`."""


def expected_text(layout: str, article: Article) -> str:
    """Return what of the article stands on the page: a paywall shows its first two paragraphs."""
    blocks = [block for block in article.text.split("\n\n") if block.strip()]
    return "\n\n".join(blocks[:2] if "two paragraphs" in layout else blocks)
