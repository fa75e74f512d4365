"""Copies: a wire story that many outlets run, whole or cut, is one group with the first as its leader.

`signatures` finds candidates, `comparing` decides on the texts themselves and says what differs, `groups` keeps both in
PostgreSQL.
"""
