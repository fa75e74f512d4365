"""Old articles into a lane of their own, so that they hold up no news: what is given comes in, submissions go out.

Read in this order: `inputs` (what is given), `reading` (what is in it), `acknowledged` (how far it is), `keeping` (kept
in PostgreSQL), `room` (how much the lane takes), `sending` (one input into the lane), `feeding` (all of them),
`showing` (in words), `commands`.
"""
