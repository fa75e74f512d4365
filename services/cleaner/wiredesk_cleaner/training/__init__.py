"""How the block model is made: from annotated pages to the weights in `wiredesk_cleaner/html/model`."""
