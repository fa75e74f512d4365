"""What people decided about articles: which were withdrawn, erased or reinstated.

`standing` is what the pipeline asks, `decisions` what the desk decides, over a connection; `statements` is their SQL.
"""
