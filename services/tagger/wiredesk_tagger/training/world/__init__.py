"""How the multilingual model is made: `make train-tagger-world`.

Read in this order: `recipe` (every number of it, and what an epoch shows), `sources` (the corpus, and which labels each
source carries), `base` (the encoder that it starts from), `vocabulary` (the pieces that are kept); all else is the
English model's: phases, training loop, distillation, integers.
"""
