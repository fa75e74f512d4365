"""What the model said about each text, kept on disk: the rules that follow it are measured again in seconds."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from wiredesk_tagger.pipeline import ner

Unsure = tuple[tuple[int, int], ...]


@contextmanager
def model_outputs(file: Path | None) -> Iterator[None]:
    """While this lasts, ask the model only about texts that `file` does not know, and add them; None: ask always.

    A text is known by its words, its unsure stretches and the model's version. `file` is a pickle: only one's own.
    """
    if file is None:
        yield
        return
    known: dict[bytes, Any] = pickle.loads(file.read_bytes()) if file.is_file() else {}  # noqa: S301 - our own
    before, asked = len(known), ner.Model.tag

    def tag(model: ner.Model, texts: list[str], unsure: list[Unsure]) -> list[Any]:
        keys = [
            sha256(repr((model.version, text, own)).encode("utf-8", "surrogatepass")).digest()
            for text, own in zip(texts, unsure, strict=True)
        ]
        new = [at for at, key in enumerate(keys) if key not in known]
        answers = asked(model, [texts[at] for at in new], [unsure[at] for at in new]) if new else []
        known.update((keys[at], answer) for at, answer in zip(new, answers, strict=True))
        return [known[key] for key in keys]

    ner.Model.tag = tag  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        ner.Model.tag = asked  # type: ignore[method-assign]
        if len(known) > before:
            file.write_bytes(pickle.dumps(known))
