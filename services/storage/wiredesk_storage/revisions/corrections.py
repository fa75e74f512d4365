# ruff: noqa: RUF001, RUF003 - quotation marks, dashes and letters of many scripts
"""Paragraphs in which an article says that it was changed: corrections, clarifications, updates. In many languages."""

import re

# Bold, brackets, bullets and dashes that such a paragraph begins with.
_MARKS = re.compile(r"[\W_]*")

# Before a colon or a dash, or alone on the line: "Correction:", "UPDATE, 2.30 p.m.:", "Berichtigung – ".
_LABELS = (
    *("corrections?", "clarifications?", "corrections? and clarifications?", "correction appended"),
    *("editor['’]?s['’]? note", "update[ds]?", "amendment", "erratum", "errata", "retraction"),
    *("korrektur", "berichtigung", "richtigstellung", "aktualisierung", "aktualisiert", "nachtrag"),
    *("korrekturhinweis", "anmerkung der redaktion", "hinweis der redaktion", r"anm\. d\. red\."),
    *("rectificatif", "rectification", "mise à jour", "mis à jour", "note de la rédaction"),
    *("corrección", "rectificación", "fe de erratas", "fe de errores", "actualización", "nota del editor"),
    *("nota de la redacción", "correzione", "rettifica", "errata corrige", "aggiornamento", "nota della redazione"),
    *("correção", "retificação", "atualização", "erramos", "nota da redação"),
    *("correctie", "rectificatie", "aanvulling", "noot van de redactie"),
    *("rättelse", "korrigering", "uppdatering", "uppdaterad", "rettelse", "oppdatering", "oppdatert", "opdatering"),
    *("opdateret", "oikaisu", "korjaus", "päivitys", "päivitetty"),
    *("sprostowanie", "korekta", "aktualizacja", "oprava", "aktualizace", "helyesbítés", "düzeltme", "güncelleme"),
    *("исправление", "уточнение", "поправка", "обновлено", "обновление", "виправлення", "уточнення", "оновлено"),
)
# For scripts without spaces, where a label is often in brackets of its own.
_UNSPACED_LABELS = (
    "訂正",
    "お詫びと訂正",
    "更新",
    "追記",
    "更正",
    "更正启事",
    "更正啟事",
    "정정",
    "바로잡습니다",
    "수정",
)

_WORK = "(?:article|story|report|piece|post|page|column|review|headline|caption|graphic)"
_AMENDED = "(?:amended|updated|corrected|edited|changed|revised|clarified|modified)"
# How such a paragraph begins.
_OPENINGS = (
    r"(?:an|a) (?:earlier|previous|prior) version of th(?:is|e) \w+",
    r"in an (?:earlier|previous) version of this \w+",
    rf"th(?:is|e) (?:[\w. ]{{1,20}} )?{_WORK} (?:was|has (?:since )?been) (?:\w+ ){{0,2}}{_AMENDED}",
    r"in (?:einer|der) (?:früheren|vorherigen|ersten|ursprünglichen) (?:version|fassung)",
    r"eine (?:frühere|vorherige) (?:version|fassung) (?:dieses|des)",
    r"(?:dieser|der) (?:artikel|text|beitrag) wurde (?:[\w.]+ ){0,3}(?:aktualisiert|korrigiert|geändert|berichtigt)",
    r"(?:dans )?une (?:version précédente|première version|précédente version) de (?:cet|ce)",
    r"cet article a été (?:[\w.]+ ){0,3}(?:modifié|corrigé|mis à jour|actualisé)",
    r"(?:en )?una (?:versión anterior|primera versión) de est[ae]",
    r"est[ae] (?:artículo|noticia|texto) (?:ha sido|fue) (?:[\w.]+ ){0,3}(?:corregid|modificad|actualizad|editad)[ao]",
    r"(?:in )?una (?:versione precedente|precedente versione) di quest",
    r"(?:em )?uma versão anterior d(?:este|esta|o|a)",
    r"in een (?:eerdere|vorige) versie van dit",
    r"(?:dit|het) (?:artikel|bericht) is (?:[\w.]+ ){0,3}(?:aangepast|gecorrigeerd|gewijzigd|bijgewerkt)",
    r"(?:i )?en (?:tidigare|tidligere) (?:version|versjon|udgave|utgave) av? ?",
    r"artikkelia on (?:korjattu|päivitetty)",
    r"we wcześniejszej wersji",
    r"в (?:предыдущей|более ранней|первоначальной) версии",
    r"у попередній версії",
    r"(?:この記事|本文|本報導|本报道)[^。]{0,20}(?:訂正|更新|更正|修正)",
)
# Between label and colon only a time or something in brackets: "Correction officers said:" is no correction.
_TIMED = r"\s*$|\s*[:：—–]|\s+-\s|\s*\([^)\n]{1,40}\)|[\s,(][^:\n]{0,20}\d[^\n]{0,20}[:：]"
_NOTE = re.compile(
    rf"(?:{'|'.join(_LABELS)})(?:{_TIMED})"
    rf"|(?:{'|'.join(_UNSPACED_LABELS)})(?:$|[:：】）)\s])"
    rf"|(?:{'|'.join(_OPENINGS)})",
    re.IGNORECASE,
)
# More than any label or opening has.
_LOOKED_AT = 200


def is_note(line: str) -> bool:
    """Whether a paragraph says of its article that it was corrected, clarified or updated."""
    start = _MARKS.match(line[:_LOOKED_AT])
    return start is not None and _NOTE.match(line[start.end() :][:_LOOKED_AT]) is not None
