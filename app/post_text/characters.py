"""Sets of code points that twitter-text 3 names, ready to stand inside a regex's brackets."""

SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
INVALID = "\ufffe\ufeff\uffff"
DIRECTIONAL_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
LATIN_ACCENTED = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f"
    "\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
CYRILLIC = "\u0400-\u04ff"
# The last three may stand inside a host name; the others end it.
PUNCTUATION_OUTSIDE_HOSTS = r"!'#%&()*+,\\/:;<=>?@\[\]\^{|}~$"
PUNCTUATION = PUNCTUATION_OUTSIDE_HOSTS + r"._\-"
