"""What one host is owed. Reading order: `robots`, `rights`, `bot_page`; `clock` says when a host may be asked again."""
