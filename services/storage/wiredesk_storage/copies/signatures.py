"""Which articles may be copies of which, by their MinHash signatures. Pure.

Of the 128 values of a signature 64 make 32 keys, two neighbours each; two articles with a key in common are candidates.
Of pairs that share the share s of their runs of five words, 1 - (1 - s**2)**32 have one: .87 of those with .25, .95
with .3, .996 with .4. A copy that lost half of its text has .5 or a little less. Texts that have nothing to do with
each other share a run in ten thousand, and a key in a billion.
"""

from wiredesk.contracts.parts import MinHash

KEYS = 32
_SIGN = 1 << 63
# Values of other algorithms, seeds or lengths are not comparable.
_KNOWN = ("rensa.RMinHash", 128)


def keys(signature: MinHash | None) -> tuple[int, ...]:
    """Return 32 numbers that fit PostgreSQL's bigint; those of another version or seed are others.

    None of a signature that is not of the kind that the cleaner makes, and where there is none.
    """
    if signature is None or (signature.algorithm, len(signature.values)) != _KNOWN:
        return ()
    kind = (signature.version * 31 + signature.seed) & 0xFFFFFFFF
    joined = (
        (first ^ kind) << 32 | second & 0xFFFFFFFF
        for first, second in zip(signature.values[: 2 * KEYS : 2], signature.values[1 : 2 * KEYS : 2], strict=True)
    )
    return tuple((one & (2 * _SIGN - 1)) - (one & _SIGN) * 2 for one in joined)
