"""How the block model is made: annotated pages come in; the weights in `wiredesk_cleaner/html/model` go out.

Read in this order: `train` (the whole), `split` (what is held out), `labels` (how much of a block is body), `fit` (the
network).
"""
