"""The readers that the mark-up side and the text side share: a line or a stated value comes in, its meaning goes out.

Pure, no clock; all look their words up in `lexicon.phrasebook`. Read in this order: `dates`, `names` (what one name
is), `name_lists` (lists of names, and what stands before them), `people` (lines that are nothing but such a list),
`contributors` and `credits` (people who helped, people who made the pictures).
"""
