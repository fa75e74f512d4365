"""Publishing from the command line: `items` (what), `following` (where each is), `journal` (what is done already)."""
