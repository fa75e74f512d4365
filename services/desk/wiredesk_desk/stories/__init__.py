"""Stories on the desk: the verb, and how a story is shown."""
