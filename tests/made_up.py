"""Texts of their own: made-up words, in sentences, the same for the same number."""

import random


def story(seed: int, words: int = 300) -> str:
    """Return a text of its own for each seed: made-up words, in sentences."""
    rng = random.Random(seed)
    made = ["".join(rng.choices("abdeiklmnorstu", k=rng.randint(2, 8))) for _ in range(words)]
    return " ".join(word + ("." if at % 12 == 11 else "") for at, word in enumerate(made))
