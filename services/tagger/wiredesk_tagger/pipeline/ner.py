"""`wire_ner`: the trained model as a spaCy component, run by ONNX Runtime on one thread of the process.

Importing this file registers the component. It adds its names to `doc.spans["wire"]` under the id "model", with the
probability of the least certain word as `span._.confidence`; `wire_resolve` makes `doc.ents` of them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger.entities.truecasing import UNSURE
from wiredesk_tagger.pipeline import decoding, model_files
from wiredesk_tagger.pipeline.components import add, text_of
from wiredesk_tagger.pipeline.decoding import Copies, Inputs, Tagged
from wiredesk_tagger.pipeline.inference import onnxruntime
from wiredesk_tagger.pipeline.unigram import UnigramEncoder
from wiredesk_tagger.pipeline.word_pieces import Encoder
from wiredesk_tagger.spans import THING, Span

# Documents are read together up to this many tokens: enough windows of like length, and bounded in memory.
_TOKENS = 10_000
# The grammar knows these better and gives them values; the model's would only cut its spans.
_OF_THE_GRAMMAR = frozenset({"DATE", "TIME", "MONEY", "PERCENT"})
_TOLD_AS = {"WORK_OF_ART": THING, "PRODUCT": THING}
# What the component can add to a doc.
_LABELS = tuple(dict.fromkeys(_TOLD_AS.get(name, name) for name in decoding.TYPES if name not in _OF_THE_GRAMMAR))


class Model:
    """The network with its vocabulary. Not thread-safe; one per process."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Take what `read_files` returns; raises ConfigurationError where the files do not go together."""
        self.version = _version(files)
        if tuple(json.loads(files[model_files.LABEL_LIST])) != decoding.LABELS:
            raise ConfigurationError("the model has other labels than this version of the tagger")
        self._encoder = _encoder(files)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The arena takes once what the largest batch needs (16 MB). Without it each batch breaks up the heap: a worker
        # grew by up to 9 % between its 500th and its 2,000th article. A pattern would be kept for each shape of a
        # batch, up to 1,800 of them, for no speed.
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                files[model_files.WEIGHTS], sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no base of their own
            raise ConfigurationError(f"ONNX Runtime does not read the model: {type(error).__name__}") from None

        # Of a model that scales by all it reads at once, a text's names would depend on its neighbours.
        independent = model_files.INDEPENDENT in self._session.get_modelmeta().custom_metadata_map
        self.copies = Copies() if independent else None

    def _run(self, inputs: Inputs) -> NDArray[np.float32]:
        (logits,) = self._session.run(["logits"], inputs)
        return logits  # type: ignore[no-any-return]

    def tag(self, texts: list[str], unsure: list[tuple[tuple[int, int], ...]]) -> list[list[Tagged]]:
        """Return the names in each text; what stands beside it changes nothing. `unsure` as in `decoding.tag`."""
        return decoding.tag(texts, self._encoder, self._run, unsure, copies=self.copies)


def _version(files: Mapping[str, bytes]) -> str:
    return hashlib.sha256(files[model_files.WEIGHTS]).hexdigest()[:8]


def _encoder(files: Mapping[str, bytes]) -> Encoder:
    if model_files.UNIGRAM in files:
        return UnigramEncoder(files[model_files.UNIGRAM].decode("utf-8"))
    return Encoder(files[model_files.WORD_PIECES].decode("utf-8").splitlines())


class WireNer:
    """The component. The model is loaded at its first use, or with `load`."""

    labels = _LABELS

    def __init__(self, source: Path | Mapping[str, bytes]) -> None:
        """`source` is the model's folder, or its files by name."""
        self._source = source
        self._model: Model | None = None

    def _files(self) -> Mapping[str, bytes]:
        return model_files.read_files(self._source) if isinstance(self._source, Path) else self._source

    def load(self) -> Model:
        """Return the model, loaded.

        Raises:
            ConfigurationError: its files are missing, broken, or of another version.
        """
        if self._model is None:
            self._model = Model(self._files())
        return self._model

    def version(self) -> str:
        """Return what tells its weights from others; its files are checked, not loaded. Raises as `load`."""
        return self._model.version if self._model else _version(self._files())

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Yield the docs in order, tagged; at most `batch_size` of them, or 10,000 tokens, at a time."""
        model = self.load()
        for docs in _batches(stream, batch_size):
            unsure = [doc.user_data.get(UNSURE, ()) for doc in docs]
            for doc, found in zip(docs, model.tag([text_of(doc) for doc in docs], unsure), strict=True):
                names = (name for name in found if name.label not in _OF_THE_GRAMMAR)
                told = ((n.start, n.end, _TOLD_AS.get(n.label, n.label), "model", n.confidence) for n in names)
                yield add(doc, (Span(*one) for one in told))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002 - spaCy's signature
        """Write the model's files into the folder `path`."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._files().items():
            (folder / name).write_bytes(content)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002 - spaCy's signature
        """Take the model in the folder `path` in place of the one of the configuration."""
        self._source, self._model = Path(path), None
        self.load()
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002 - spaCy's signature
        """Return the model's files as one value for `from_bytes`."""
        import srsly  # noqa: PLC0415 - spaCy's own format; the service never writes it

        return bytes(srsly.msgpack_dumps(self._files()))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002 - spaCy's signature
        """Take the model that `to_bytes` returned."""
        import srsly  # noqa: PLC0415 - as above

        self._source, self._model = srsly.msgpack_loads(data), None
        self.load()
        return self


@Language.factory("wire_ner", default_config={"model": None}, assigns=["doc.spans"])
def make_ner(nlp: Language, name: str, model: str | None) -> WireNer:  # noqa: ARG001 - spaCy's signature
    """Names by a trained model: the path of its folder, "world" for the multilingual one, None for the English one."""
    if model == model_files.OF_THE_WORLD:
        return WireNer(model_files.WORLD)
    return WireNer(Path(model) if model else model_files.MODEL)


def _batches(stream: Iterable[Doc], most: int) -> Iterator[list[Doc]]:
    docs: list[Doc] = []
    size = 0
    for doc in stream:
        docs.append(doc)
        size += len(doc)
        if size >= _TOKENS or len(docs) >= most:
            yield docs
            docs, size = [], 0
    if docs:
        yield docs
