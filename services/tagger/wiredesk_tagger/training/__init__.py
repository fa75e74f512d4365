"""How the tagger's model is made: labelled texts come in; weights, vocabulary and a card go out.

Runs in an environment of its own: `make train-tagger`. Read in this order: `phases` (the whole run), `recipe` (every
number of it), `corpus`, `augmentation` and `headline_copies` (what is shown), `network`, `training_loop` (one phase),
`self_training` (models that teach the next one); `distillation` with `lessons`, `pruning` and `student` (the small
model that runs); `export` and `student_graph`, `score` and `measure`, `card`. `world` makes the multilingual model with
the same pieces: `make train-tagger-world`.
"""
