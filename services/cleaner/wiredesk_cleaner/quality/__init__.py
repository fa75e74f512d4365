"""Is it an article, and how much of it is there? A text comes in; a refusal with evidence, or a grade, goes out.

Pure. Read in this order: `not_an_article` (walls, error pages, too little text), `grade` (good, partial, and why).
"""
