"""How well articles that tell one event are found, on ECB+; and what the stories are made with: weights, background."""
