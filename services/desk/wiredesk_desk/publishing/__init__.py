"""Publishing from the command line.

`items` (what), `following` (where each is), `telling` (what that means to who waits), `journal` (what is done already).
"""
