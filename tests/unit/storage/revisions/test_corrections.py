# ruff: noqa: RUF001 - letters and marks of many scripts
"""Which paragraphs say that the article was changed."""

import pytest

from wiredesk_storage.revisions.corrections import is_note


@pytest.mark.parametrize(
    "line",
    [
        "Correction: the ferry leaves at nine.",
        "CORRECTION — The ferry leaves at nine.",
        "Correction (3 March): the ferry leaves at nine.",
        "Correction, March 3, 2026: the ferry leaves at nine.",
        "UPDATE 2.30 p.m.: The ferry has left.",
        "Correction",
        "**Clarification:** the ferry is a ship.",
        "• Editor’s note: the name of the ferry was added.",
        "(An earlier version of this story gave another name.)",
        "A previous version of this article misspelled Quill.",
        "This article was amended on 3 March 2026 to add a name.",
        "(This March 3 story has been corrected to fix the name in paragraph 2)",
        "This headline has since been changed.",
        "Korrektur: Die Fähre fährt um neun.",
        "Anm. d. Red.: Die Zahl wurde berichtigt.",
        "In einer früheren Version dieses Artikels stand eine andere Zahl.",
        "Dieser Artikel wurde am 3. März aktualisiert.",
        "Rectificatif : le bac part à neuf heures.",
        "Une version précédente de cet article donnait un autre nom.",
        "Corrección: el barco sale a las nueve.",
        "Una versión anterior de este artículo daba otro nombre.",
        "Errata corrige: il traghetto parte alle nove.",
        "Correção: o barco parte às nove.",
        "In een eerdere versie van dit artikel stond een andere naam.",
        "Rättelse: Färjan går klockan nio.",
        "I en tidligere versjon av saken sto det et annet navn.",
        "Oikaisu 3.3. klo 9: Lautta lähtee yhdeksältä.",
        "Sprostowanie: prom odpływa o dziewiątej.",
        "Исправление: паром уходит в девять.",
        "В предыдущей версии текста было другое имя.",
        "【訂正】船の名前を直しました。",
        "更正：船名有误。",
    ],
)
def test_a_paragraph_that_owns_up_to_a_change_is_known(line):
    assert is_note(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "—",
        "Correction officers said: nobody left.",
        "Corrections of the map were made by hand.",
        "Updates will follow.",
        "The update was late.",
        "The minister said that an earlier version of this law was worse.",
        "This report was read by the mayor.",
        "Eine Korrektur der Zahlen lehnte sie ab.",
        "Mise au point mort",
        "更新世の化石が見つかった。",
    ],
)
def test_any_other_is_not(line):
    assert not is_note(line)


def test_a_line_without_end_takes_no_time():
    assert not is_note("(" * 1_000_000 + "Correction:")
