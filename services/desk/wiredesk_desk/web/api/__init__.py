"""What programs ask: `/v1/…`, JSON. The same questions as the command's verbs, and the same answers."""
