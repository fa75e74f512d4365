"""What a host is owed.

Reading order: `robots`, `rights`, `signatures`, `bot_page`; `clock` says when to ask again, `budget` how long to wait.
"""
