"""How the block model is made: from annotated pages to the weights in `services/cleaner/model`."""
