"""Subscriptions: a search that tells of what is new, on a topic of its own, at a webhook, as a feed.

`keeping` is the tables, `running` follows the stream for each and hands over, `posting` sends to webhooks, `signing` is
pure; `commands` are the verbs.
"""
