# ruff: noqa: RUF001 - Cyrillic
import json

import pytest

from wiredesk.contracts.events import ArticleCleaned, Content, Rejection

STORY = [
    "The lake states agreed on Tuesday to share their water for another ten years, the ministry said in the capital.",
    "Officials declined to say what the deal would cost the farmers downstream of the dam, who heard of it last.",
    "Talks on the price of electricity resume in the spring, when the snow of the high valleys melts into the lakes.",
    "The pact replaces one that expired in the autumn after four rounds of talks had come to nothing at all.",
]
BANNER = "<div class='consent'><p>We value your privacy.</p><p>We and our partners store data.</p>"
BANNER += "<button>Accept all</button><button>Reject all</button></div>"


def page(title: str, *lines: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>"


@pytest.mark.parametrize(
    ("kind", "title", "lines"),
    [
        ("error page", "Quay Courier – Page not found", ["We moved house. Try the search or begin at the front page."]),
        ("error page", "Seite nicht gefunden", ["Die gesuchte Seite gibt es nicht mehr."]),
        ("error page", "Página não encontrada | Quay", ["A página que procura mudou de lugar ou foi apagada."]),
        ("error page", "Страница не найдена", ["Запрашиваемая страница была удалена или перемещена."]),
        ("error page", "ページが見つかりません", ["お探しのページは移動したか、削除されました。"]),
        ("login page", "Connexion", ["Saisissez votre adresse.", "Mot de passe oublié ?", "Se souvenir de moi"]),
        ("login page", "Zaloguj się", ["Podaj adres i hasło.", "Nie pamiętasz hasła?", "Nie masz konta?"]),
        ("cookie wall", "Quay", ["Wir und unsere Partner speichern Daten.", "Alle akzeptieren", "Alle ablehnen"]),
        ("cookie wall", "La tua privacy", ["Noi e i nostri partner archiviamo dati.", "Accetta tutto"]),
        ("bot check", "Un instant", ["Vérifiez que vous êtes un humain. Cela ne prend que quelques secondes."]),
        ("bot check", "quay.example", ["Подтвердите, что вы человек.", "Я не робот"]),
    ],
)
def test_a_wall_is_known_in_many_languages(refused, kind, title, lines):
    answer = refused(page(title, *lines), Content.HTML, "https://quay.example/x")
    assert answer.reason is Rejection.NOT_AN_ARTICLE
    assert answer.detail.startswith(kind)
    assert "words" in answer.detail


def test_a_short_story_under_a_cookie_banner_passes(from_page):
    stated = json.dumps({"@type": "NewsArticle", "headline": "Lake States Sign Pact"})
    head = f"<title>Lake States Sign Pact</title><script type='application/ld+json'>{stated}</script>"
    story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    found = from_page(
        f"<html><head>{head}</head><body>{BANNER}<article><h1>Lake States Sign Pact</h1>{story}</article>"
    )
    assert isinstance(found, ArticleCleaned)
    assert found.word_count == sum(len(paragraph.split()) for paragraph in STORY)


def test_a_flattened_story_with_its_cookie_banner_passes(from_text):
    text = "\n\n".join(["Lake States Sign Pact", *STORY, "We value your privacy", "Accept all", "Reject all"])
    assert from_text(text).text.startswith("The lake states agreed")


@pytest.mark.parametrize(
    "headline",
    [
        "404 homes lost as the lake rises",
        "Access denied: how the valley lost its road",
        "Consent and the law: what the lake states decided",
        "Are you a robot? The museum asks its visitors",
    ],
)
def test_a_story_whose_headline_sounds_like_a_wall_passes(from_page, headline):
    story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY * 3)
    found = from_page(
        f"<html><head><title>{headline}</title></head><body><article><h1>{headline}</h1>{story}</article>"
    )
    assert found.headline == headline
