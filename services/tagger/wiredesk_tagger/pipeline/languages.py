"""Which spaCy pipeline reads which language: the built-in ones made, the others loaded.

spaCy is imported on the first call, not with this file: the service's own process, which only passes functions to its
pool, stays 100 MB smaller.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.pipeline import model_files
from wiredesk_tagger.pipeline.scripts import COMBINING, ENDINGS, SPACELESS

if TYPE_CHECKING:
    from spacy.language import Language

RULES = "wire_rules"
NEWS = "wire_news"
WORLD = "wire_world"
BUILT_IN = frozenset({RULES, NEWS, WORLD})
# Part of every enriched event's id: raise it when a rule or list changes what is found.
RULES_VERSION = "1.9.0"
# The language of the built-in pipelines but `wire_world`.
ENGLISH = "en"
# What `wire_world` reads: languages with texts that people labelled, to learn from and to measure on; and those whose
# names it knows from its base and from its own reading of their texts. "no" is either Norwegian.
MEASURED = tuple("da de fi hi hr hu id ja ko nb nn no pt ro ru sk sr sv tr zh".split())  # noqa: SIM905 - reads best
TRANSFERRED = tuple("es fr it nl pl uk".split())  # noqa: SIM905 - as above
_ANY = "xx"
# spaCy's code of a language by its primary BCP 47 tag, where they differ; "xx" is spaCy's for any language.
_CODES = {"no": "nb", "nn": "nb", "iw": "he", "fil": "tl"}
# What an entity recogniser never reads; leaving them out saves half the time and memory of a full pipeline. Document
# steps are the service's own here: they know all fields of an article, and the names of its user.
_NEEDLESS = (
    "tagger",
    "morphologizer",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "trainable_lemmatizer",
    "textcat",
    "wire_entities",
)


def _made(name: str, components: tuple[str, ...], language: str = ENGLISH, **settings: dict[str, Any]) -> "Language":
    """Return an empty pipeline with `components`, `settings` by their names."""
    import spacy  # noqa: PLC0415 - see the module's docstring

    from wiredesk_tagger.pipeline import components as registered  # noqa: F401, PLC0415 - registers the components

    nlp = spacy.blank(language)
    _split_more(nlp)
    nlp.meta["name"] = name
    nlp.meta["version"] = RULES_VERSION
    for component in components:
        nlp.add_pipe(component, config=settings.get(component, {}))
    # Words met in a memory zone are forgotten at its end: those known beforehand make the tokenizer twice as fast. They
    # are more than the 10,000 that it keeps by default.
    nlp.tokenizer.max_cache_size = 20_000  # type: ignore[union-attr]
    for word in nlp.Defaults.stop_words | gazetteers.read().small:
        nlp.make_doc(word)
    return nlp


def _split_more(nlp: "Language") -> None:
    """Cut tokens where spaCy leaves marks in them that stand in no name.

    A span begins and ends with a token, so the names in `"Ann Oake"<ann@example.com>`, `Oake;she`, `Oake--` and
    "U.S.-led" would be lost.
    """
    from spacy.lang.tokenizer_exceptions import URL_PATTERN  # noqa: PLC0415 - see the module's docstring
    from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex  # noqa: PLC0415

    tokenizer: Any = nlp.tokenizer
    defaults = nlp.Defaults
    marks = r"[\"\u201c\u201d<>;?!()\[\]^]"
    infixes = [*(defaults.infixes or ()), r"(?<=[A-Z]\.)-(?=[A-Za-z])", marks, "--+"]
    if nlp.lang == _ANY:
        # As the model's words are cut: at every mark, and anywhere in scripts without spaces.
        infixes += [rf"[^\w\s{COMBINING}]", f"[{SPACELESS}{ENDINGS}]"]
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    tokenizer.prefix_search = compile_prefix_regex([*(defaults.prefixes or ()), "--+"]).search
    tokenizer.suffix_search = compile_suffix_regex([*(defaults.suffixes or ()), "-+", "/"]).search
    # spaCy takes what is before an e-mail address for a part of it.
    tokenizer.url_match = re.compile(rf"(?!\S*[\"\u201c\u201d<>]){URL_PATTERN}").match


def rules() -> "Language":
    """Return `wire_rules`: lists, grammar and name rules for English."""
    return _made(RULES, ("wire_gazetteer", "wire_grammar", "wire_names", "wire_resolve"))


def listed() -> "Language":
    """Return what of `wire_rules` holds in a text of any language: listed names, dates and amounts."""
    return _made(RULES, ("wire_gazetteer", "wire_grammar", "wire_resolve"))


def news() -> "Language":
    """Return `wire_news`: the trained model, with the lists and the grammar.

    Where two claim a stretch the longer wins, then definitions and lists before the model. Measured on the dev files of
    the corpus (F1 of persons, organisations and places, mean of five sources, an early model): model and grammar .857,
    with the lists .865, with the definitions .866; with all the name rules .856, with the model before the lists .857.

    Raises:
        ConfigurationError: the model is missing or broken.
    """
    from wiredesk_tagger.pipeline import ner  # noqa: PLC0415 - imports ONNX Runtime

    nlp = _made(NEWS, ("wire_ner", "wire_gazetteer", "wire_grammar", "wire_definitions", "wire_resolve"))
    component = nlp.get_pipe("wire_ner")
    assert isinstance(component, ner.WireNer)
    nlp.meta["version"] = f"{RULES_VERSION}+{component.load().version}"
    return nlp


def world() -> "Language":
    """Return `wire_world`: the multilingual model, with what holds in a text of any language.

    The model's files are checked, the network is made when the first text comes: where all news is English it would
    only take memory.

    Raises:
        ConfigurationError: the model is missing or broken.
    """
    from wiredesk_tagger.pipeline import ner  # noqa: PLC0415 - imports ONNX Runtime

    components = ("wire_ner", "wire_gazetteer", "wire_grammar", "wire_resolve")
    nlp = _made(WORLD, components, _ANY, wire_ner={"model": model_files.OF_THE_WORLD})
    component = nlp.get_pipe("wire_ner")
    assert isinstance(component, ner.WireNer)
    nlp.meta["version"] = f"{RULES_VERSION}+{component.version()}"
    return nlp


def defaults() -> dict[str, str]:
    """Return the built-in pipeline of each language: `wire_world` for those it reads, where its weights are."""
    others = (*MEASURED, *TRANSFERRED) if (model_files.WORLD / model_files.WEIGHTS).is_file() else ()
    return {ENGLISH: default()} | dict.fromkeys(others, WORLD)


def default() -> str:
    """Return the built-in pipeline of English: `wire_news` where the model's weights are, else `wire_rules`."""
    return NEWS if (model_files.MODEL / model_files.WEIGHTS).is_file() else RULES


def load(language: str, name: str) -> "Language":
    """Load the pipeline `name` for `language` (primary BCP 47 tag).

    `name` is an installed spaCy pipeline, the path of one, or a built-in one.

    Raises:
        ConfigurationError: it is not there, does not load, or is for another language; the message says what to do.
    """
    if name == WORLD:
        return world()
    if name in BUILT_IN:
        if language != ENGLISH:
            raise ConfigurationError(f"{name} reads English: WIREDESK_TAGGER__PIPELINES cannot give it {language!r}")
        return news() if name == NEWS else rules()
    import spacy  # noqa: PLC0415 - see the module's docstring

    try:
        nlp = spacy.load(name, exclude=_NEEDLESS)
    except (OSError, ImportError, ValueError, KeyError) as error:
        raise ConfigurationError(_advice(name, error)) from None
    if nlp.lang not in (language, _CODES.get(language), _ANY):
        raise ConfigurationError(
            f"spaCy pipeline {name!r} reads the language {nlp.lang!r}; WIREDESK_TAGGER__PIPELINES gives it {language!r}"
        )
    return nlp


def load_all(pipelines: Mapping[str, str]) -> dict[str, "Language"]:
    """Load the pipeline of each language; where `pipelines` says nothing, that of `defaults`.

    All languages of `wire_world` share one.

    Raises:
        ConfigurationError: as `load`.
    """
    named = defaults() | dict(pipelines)
    shared = world() if WORLD in named.values() else None
    return {language: shared if shared and name == WORLD else load(language, name) for language, name in named.items()}


def _advice(name: str, error: Exception) -> str:
    reason = str(error).partition("\n")[0]
    return (
        f"spaCy pipeline {name!r} does not load: {reason}\n"
        f"Install it (`python -m spacy download {name}`, or `pip install` of its wheel), give the path of a folder "
        "with a config.cfg, or take it out of WIREDESK_TAGGER__PIPELINES."
    )
