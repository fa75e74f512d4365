"""By what copies of an article are found: an exact hash and a MinHash signature of its words. Pure."""

from hashlib import blake2b
from itertools import islice

from wiredesk.contracts.events import MinHash

PERMUTATIONS = 128
SHINGLE_WORDS = 5
SEED = 20_260_301
_HASH_BYTES = 32


def text_hash(words: list[str]) -> str:
    """Return the BLAKE2b hash (256 bits, hex) of `words`; equal texts under different headlines have the same one."""
    return blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=_HASH_BYTES).hexdigest()


def minhash(words: list[str]) -> MinHash | None:
    """Return the signature of all runs of five words, 128 numbers below 2**32; None for fewer words than that."""
    if len(words) < SHINGLE_WORDS:
        return None
    # Loading it reserves a gigabyte of addresses unless the environment says otherwise, and a worker counts them.
    from rensa import RMinHash  # type: ignore[import-untyped]  # noqa: PLC0415

    signature = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    runs = zip(*(islice(words, start, None) for start in range(SHINGLE_WORDS)), strict=False)
    signature.update([" ".join(run) for run in runs])
    return MinHash(
        algorithm="rensa.RMinHash",
        version=int(RMinHash.ALGORITHM_VERSION),
        seed=SEED,
        shingle_words=SHINGLE_WORDS,
        values=tuple(signature.digest()),
    )
