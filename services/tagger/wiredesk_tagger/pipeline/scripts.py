"""Characters by what they mean for the edges of words, as the insides of character classes of regular expressions."""

# Without spaces between words: Thai, Lao, Burmese, Khmer; kana; Han.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3005\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
# Hangul has spaces, but its names carry their endings: there, too, a name ends inside a run of letters.
ENDINGS = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
# Combining marks: no word characters to Python, but they stand inside words. The Indic full stops are left out.
COMBINING = "\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u200c\u200d"
