"""`wire_world`: which languages the multilingual model reads, and that names come back whole in any script."""

import pytest

from tests.unit.tagger import tiny_model
from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger import nlp
from wiredesk_tagger.pipeline import languages, model_files
from wiredesk_tagger.pipeline.ner import WireNer

PIECES = {
    "▁Quillfeather": "B-PERSON", "▁Zorah": "B-PERSON", "▁Trondvik": "B-GPE", "山本": "B-PERSON", "大阪": "B-GPE",
    "▁김민수": "B-PERSON", "▁부산": "B-GPE", "▁दिल्ली": "B-GPE", "▁Tarnovo": "B-GPE", "北京": "B-GPE",
}  # fmt: skip
OTHER = dict.fromkeys(("は", "で", "에서", "가", "▁में", "▁в", "在", "▁ve"), "O")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model.write_world(tmp_path_factory.mktemp("world") / "model", PIECES | OTHER)


@pytest.fixture
def installed(folder, monkeypatch):
    monkeypatch.setattr(model_files, "WORLD", folder)


def names(tagged):
    return {(entity.name, entity.label) for entity in tagged.entities}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Zorah reist (nach Trondvik), sagt sie.", {("Zorah", "PERSON"), ("Trondvik", "GPE")}),
        ("tr", "Zorah Trondvik'te ve Tarnovo'da.", {("Zorah", "PERSON"), ("Trondvik", "GPE"), ("Tarnovo", "GPE")}),
        ("ja", "山本は大阪で、北京で。", {("山本", "PERSON"), ("大阪", "GPE"), ("北京", "GPE")}),
        ("ko", "김민수가 부산에서", {("김민수", "PERSON"), ("부산", "GPE")}),
        ("hi", "Zorah दिल्ली में।", {("Zorah", "PERSON"), ("दिल्ली", "GPE")}),
        ("zh", "山本在北京。", {("山本", "PERSON"), ("北京", "GPE")}),
        ("fr", "Zorah « Trondvik »", {("Zorah", "PERSON"), ("Trondvik", "GPE")}),
    ],
)
def test_names_come_back_whole_in_every_script(installed, language, text, expected):
    (tagged,) = nlp.load().tag([nlp.Article("", text, language)])
    assert {(text[m.start : m.end], e.label) for e in tagged.entities for m in e.mentions} == expected
    assert (tagged.made_by.pipeline, tagged.made_by.language) == ("wire_world", language)
    assert tagged.made_by.version.startswith(f"{languages.RULES_VERSION}+")


def test_english_stays_with_its_own_pipeline_and_an_unknown_language_with_the_lists(installed):
    found = nlp.load({"en": "wire_rules"}).tag([nlp.Article("", "Zorah left.", tag) for tag in ("en", "eo", "de")])
    assert [one.made_by.pipeline for one in found] == ["wire_rules", "wire_rules", "wire_world"]
    assert [one.made_by.language for one in found] == ["en", None, "de"]


def test_every_measured_and_transferred_language_has_it_and_all_share_one(installed):
    loaded = languages.load_all({"en": "wire_rules"})
    others = [loaded[language] for language in (*languages.MEASURED, *languages.TRANSFERRED)]
    assert all(one is others[0] for one in others)
    assert not set(languages.MEASURED) & set(languages.TRANSFERRED)


def test_a_pipeline_that_the_user_names_goes_first_and_any_language_may_ask_for_it(installed):
    defaults = languages.load_all({"en": "wire_rules", "eo": "wire_world"})
    assert defaults["eo"] is defaults["de"]
    with pytest.raises(ConfigurationError, match="not_there"):
        languages.load_all({"de": "xx_not_there"})


def test_without_its_weights_other_languages_have_lists_as_before(tmp_path, monkeypatch):
    monkeypatch.setattr(model_files, "WORLD", tmp_path)
    assert set(languages.defaults()) == {"en"}
    (tagged,) = nlp.load({"en": "wire_rules"}).tag([nlp.Article("", "Zorah in Berlin.", "de")])
    assert tagged.made_by == nlp.MadeBy("wire_rules", languages.RULES_VERSION, None)
    with pytest.raises(ConfigurationError, match="not complete"):
        nlp.load({"en": "wire_rules", "de": "wire_world"})


def test_the_network_is_not_made_before_a_text_comes(installed):
    made = languages.world()
    component = made.get_pipe("wire_ner")
    assert isinstance(component, WireNer)
    assert component._model is None
    made("Zorah")
    assert component._model is not None
    assert made.meta["version"] == f"{languages.RULES_VERSION}+{component._model.version}"


def test_its_configuration_names_no_folder_of_this_machine(installed, folder):
    made = languages.world()
    assert made.get_pipe_config("wire_ner")["model"] == "world"
    assert str(folder) not in made.config.to_str()


def test_a_broken_tokenizer_is_an_error_that_says_so(tmp_path, monkeypatch):
    broken = tiny_model.write_world(tmp_path / "model", PIECES)
    (broken / "tokenizer.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(model_files, "WORLD", broken)
    with pytest.raises(ConfigurationError, match=r"broken: tokenizer\.json"):
        languages.world()
