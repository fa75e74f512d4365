"""The files of the trained model: where they are, and that they are whole."""

import hashlib
from pathlib import Path

from wiredesk.contracts.errors import ConfigurationError

# The models that come with the package, of English and of the world's languages: weights, vocabulary, labels, sums.
MODEL = Path(__file__).parents[1] / "model"
WORLD = Path(__file__).parents[1] / "model_world"
# What a pipeline's configuration calls the second one: no path of a machine stands in it.
OF_THE_WORLD = "world"
SUMS = "SHA256SUMS"
WEIGHTS, WORD_PIECES, UNIGRAM, LABEL_LIST = "weights.onnx", "vocab.txt", "tokenizer.json", "labels.json"
# The property of a model's file that says: what a row of its result is depends on that row of the input alone.
INDEPENDENT = "independent_rows"


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the files of the model in `folder`, its checksums among them, checked.

    Its vocabulary is one of word pieces, or, where there is a `tokenizer.json`, that one.

    Raises:
        ConfigurationError: a file is missing, or is not the one that the checksums were made of.
    """
    names = (WEIGHTS, UNIGRAM if (folder / UNIGRAM).is_file() else WORD_PIECES, LABEL_LIST)
    try:
        files = {name: (folder / name).read_bytes() for name in (SUMS, *names)}
    except OSError as error:
        raise ConfigurationError(f"the model in {folder} is not complete: {error.strerror}: {error.filename}") from None
    lines = (line.split() for line in files[SUMS].decode("ascii", "replace").splitlines())
    sums = {parts[-1].lstrip("*"): parts[0] for parts in lines if len(parts) == 2}
    for name in names:
        if hashlib.sha256(files[name]).hexdigest() != sums.get(name):
            raise ConfigurationError(
                f"the model in {folder} is broken: {name} does not have the checksum of {SUMS}. "
                "Take its files again from where they came (in a checkout: git restore services/tagger)."
            )
    return files
