"""From HTML to blocks of text: a page comes in; the blocks of the article's body and its metadata go out.

Pure; nothing is fetched. Read in this order: `page` (the whole), `blocks` (the page cut at its block elements),
`containers` (what the elements around a block say), `features` (a row of numbers a block), `boilerplate` (the learned
choice between body and boilerplate; its weights are in `model/`).
"""
