"""`make tagger-wheel`: the whole English pipeline as a package of spaCy's kind, `en_wiredesk_news`.

The wheel holds data alone, as spaCy writes them: `config.cfg`, `meta.json`, the weights, the tokenizer's rules. The
code is that of `wiredesk-tagger`, of exactly this version, which it requires. Nothing is fetched.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from wiredesk.contracts.errors import ConfigurationError
from wiredesk.version import __version__
from wiredesk_tagger import story
from wiredesk_tagger.pipeline import languages, model_files

if TYPE_CHECKING:
    from spacy.language import Language

NAME = "wiredesk_news"
PACKAGE = f"{languages.ENGLISH}_{NAME}"
_HELP = f"""Build the wheel {PACKAGE}: the English pipeline of the tagger with its document steps, for
spacy.load("{PACKAGE}"). It needs wiredesk-tagger beside it, and setuptools and build here."""
_ABOUT = {
    "name": NAME,
    "description": "Names in English news: one entity a thing, with its ids, its country and its part in the story",
    "author": "Wiredesk",
    "license": "CC BY-SA 4.0",
    "sources": [
        *("all-MiniLM-L6-v2", "CrossNER", "Re-DocRED", "GUM", "Universal NER, English EWT", "Groningen Meaning Bank"),
        "GeoNames",
    ],
}
# What lies beside the weights and goes along; spaCy copies a file of the second name into the package's metadata.
_CARD, _NOTICE = "MODEL_CARD.md", "LICENSES_SOURCES"
# A file in a wheel has a time, and a ZIP knows none before 1980. So the same pipeline gives the same wheel.
_EPOCH = "315532800"
_ROW = re.compile(r"^\| *([A-Z_]+) \|(.*)\|$", re.MULTILINE)
_MEAN = re.compile(r"^\| as written \|.*\*\*([\d.]+)\*\* \|$", re.MULTILINE)


def pipeline() -> "Language":
    """Return `wire_news` with the document steps behind it, and with all that its meta.json says.

    Raises:
        ConfigurationError: the model is missing or broken.
    """
    nlp = languages.news()
    nlp.add_pipe(story.NAME)
    nlp.meta.update(_ABOUT)
    nlp.meta["requirements"] = [f"spacy{nlp.meta['spacy_version']}", f"wiredesk-tagger=={__version__}"]
    nlp.meta["performance"] = scores((model_files.MODEL / _CARD).read_text(encoding="utf-8"))
    return nlp


def scores(card: str) -> dict[str, Any]:
    """Return what the model card says, 0 to 1, by spaCy's names; of a type that was not measured nothing.

    `ents_f` is the mean F1 of persons, organisations and places over the sources; `ents_per_type` is of all texts. The
    model alone was measured, without lists, grammar and document steps.
    """
    mean = _MEAN.search(card)
    return ({"ents_f": _share(mean[1])} if mean else {}) | {"ents_per_type": dict(_by_type(card))}


def _by_type(card: str) -> Iterator[tuple[str, dict[str, float]]]:
    for kind, cells in _ROW.findall(card):
        shares = cells.split("|")[-3:]
        if "-" not in {share.strip() for share in shares}:
            yield kind, {key: _share(cell) for key, cell in zip("prf", shares, strict=True)}


def _share(percent: str) -> float:
    return round(float(percent) / 100, 4)


def build(into: Path) -> Path:
    """Write the wheel into the folder `into`, which is made where it is missing; return its path.

    Raises:
        ConfigurationError: the model is missing or broken, or the wheel could not be built; the message says why.
    """
    from spacy.cli.package import package  # noqa: PLC0415 - brings spaCy's whole command line along

    with TemporaryDirectory() as temporary:
        root = Path(temporary)
        data = root / "pipeline"
        nlp = pipeline()
        nlp.to_disk(data)
        shutil.copy(model_files.MODEL / _CARD, data / _CARD)
        shutil.copy(model_files.MODEL / "NOTICE", data / _NOTICE)
        # spaCy would build in an environment made for it, with setuptools from an index.
        package(data, root, create_sdist=False, create_wheel=False, silent=True)
        folder = root / f"{PACKAGE}-{nlp.meta['version']}"
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", root / "dist", folder],
            env=os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ConfigurationError(f"the wheel could not be built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        (wheel,) = (root / "dist").glob("*.whl")
        into.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, into))


def main(words: Sequence[str] | None = None) -> None:
    """Build the wheel where the command line says, and print its path."""
    parser = argparse.ArgumentParser(prog="python -m wiredesk_tagger.packaging", description=_HELP)
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder for the wheel (default: %(default)s)")
    options = parser.parse_args(words)
    try:
        sys.stdout.write(f"{build(options.out)}\n")
    except ConfigurationError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
