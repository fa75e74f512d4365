"""From the corpus to the model that the tagger loads. Runs in an environment of its own: `make train-tagger`."""
