"""What each verb does: its arguments come in, an exit code goes out. One module a verb, named like it.

`up`, `lifecycle` (`down`, `scale`), `status`, `doctor`; `publish`, `tail`, `search`, `explain`, `try_article` (`try`);
`topics`, `schema`, `knowledge`. `config show` is in `wiredesk_desk.config`.
"""
