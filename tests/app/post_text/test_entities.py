"""Claims about the links and tags that X finds in a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.post_text import Entity, EntityKind, find

any_text = st.text(st.characters())
tag_like_text = st.text("aZ1.@#$＠＃/:-_ (日é\u0301👍\ufe0f\ufeff") | st.lists(
    st.sampled_from(["http://", "a.io", "/x", "@ab", "#cd", "$EF", " ", ".", "。", "RT", "/"])
).map("".join)


def found(text: str, kind: EntityKind) -> list[str]:
    return [text[e.start : e.end] for e in find(text) if e.kind is kind]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("nests at finch.org today", ["finch.org"]),
        ("HTTPS://Finch.ORG/Map", ["HTTPS://Finch.ORG/Map"]),
        ("finch.org:8080/map?zoom=3#top", ["finch.org:8080/map?zoom=3#top"]),
        ("http://finch.org?zoom=3", ["http://finch.org?zoom=3"]),
        ("finch.org?zoom=3", ["finch.org"]),
        ("http://wood_land.finch.org", ["http://wood_land.finch.org"]),
        ("http://wood_land.org", []),
        ("http://-finch.org http://finch-.org", []),
        ("finch.notatld finch.c", []),
        ("a.finch.co.uk", ["a.finch.co.uk"]),
        ("finch.orgs", []),
        ("finch.org-wide finch.org+1 finch.org@home", []),
        ("http://birds.みんな/a", ["http://birds.みんな/a"]),
        ("http://finch.भारतम्", ["http://finch.भारतम्"]),
        ("http://xn--80ak6aa92e.xn--p1ai", ["http://xn--80ak6aa92e.xn--p1ai"]),
        ("http://xn--鳥.com", []),
    ],
)
def test_a_domain_ends_in_a_known_top_level_domain(text: str, urls: list[str]) -> None:
    assert found(text, EntityKind.URL) == urls


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("@finch.org #finch.org $finch.org", []),
        ("me@finch.org", []),
        ("_finch.org .finch.org /finch.org -finch.org", []),
        ("xhttp://finch.org", []),
        ("(finch.org)", ["finch.org"]),
        ("“finch.org”", ["finch.org"]),
        ("鳥はfinch.orgとwren.org/aへ", ["finch.org", "wren.org/a"]),
        ("\u202afinch.org\u202c", ["finch.org"]),
        ("\ufefffinch.org", []),
        ("🐦finch.org🐦", ["finch.org"]),
    ],
)
def test_what_stands_before_decides_whether_it_is_a_url(text: str, urls: list[str]) -> None:
    assert found(text, EntityKind.URL) == urls


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("See finch.org/map.", "finch.org/map"),
        ("See finch.org/map, then go", "finch.org/map"),
        ("See finch.org/map!?", "finch.org/map"),
        ("(see finch.org/map)", "finch.org/map"),
        ("finch.org/wing_(bird)", "finch.org/wing_(bird)"),
        ("finch.org/a_(b_(c)_d)_e", "finch.org/a_(b_(c)_d)_e"),
        ("finch.org/a_(b", "finch.org/a_"),
        ("finch.org/()", "finch.org/"),
        ("finch.org/a,(b)", "finch.org/a"),
        ("finch.org/a,(b)c", "finch.org/a,(b)c"),
        ("finch.org/птица?q=1&r=", "finch.org/птица?q=1&r="),
        ("finch.org/鳥", "finch.org/"),
        ("finch.org/@wren/", "finch.org/@wren/"),
    ],
)
def test_a_path_keeps_its_parentheses_and_leaves_punctuation(text: str, url: str) -> None:
    assert found(text, EntityKind.URL) == [url]


def test_a_label_is_at_most_63_characters_in_punycode() -> None:
    assert found("http://" + "w" * 63 + ".org", EntityKind.URL)
    assert not found("http://" + "w" * 64 + ".org", EntityKind.URL)
    assert found("http://" + "鳥" * 30 + ".org", EntityKind.URL)
    assert not found("http://" + "鳥" * 58 + "の.org", EntityKind.URL)


def test_a_url_is_at_most_4096_characters_with_its_scheme_counted_twice() -> None:
    longest = "http://a.io/".ljust(4096 - len("http://"), "x")
    assert found(longest, EntityKind.URL) == [longest]
    assert not found(longest + "x", EntityKind.URL)


def test_a_tco_link_is_its_slug() -> None:
    assert found("https://t.co/Ab1's", EntityKind.URL) == ["https://t.co/Ab1"]
    assert found("https://t.co/Ab1?amp=1.", EntityKind.URL) == ["https://t.co/Ab1?amp=1"]
    assert not found("https://t.co/" + "a" * 41, EntityKind.URL)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("@wren, @Wren_2! (@wren)", ["@wren", "@Wren_2", "@wren"]),
        ("＠wren", ["＠wren"]),
        ("鳥@wrenの", ["@wren"]),
        ("a@wren _@wren &@wren @@wren", []),
        ("RT@wren rt:@wren", ["@wren", "@wren"]),
        ("aRT@wren", []),
        ("@wrené @wren@finch @wren://", []),
        ("@" + "w" * 21, ["@" + "w" * 20]),
        ("@wren/my-list", ["@wren/my-list"]),
        ("@wren/7up", ["@wren"]),
    ],
)
def test_mentions(text: str, mentions: list[str]) -> None:
    assert found(text, EntityKind.MENTION) == mentions


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("#birds, ＃2birds (#b_2)", ["#birds", "＃2birds", "#b_2"]),
        ("#42 #_ #", []),
        ("a#birds é#birds &#birds", []),
        ("#鳥、#птица #il·lusió", ["#鳥", "#птица", "#il·lusió"]),
        ("🐦#birds ❤️#love", ["#birds", "#love"]),
        ("#birds#wrens #birds://x", []),
        ("##birds", ["#birds"]),
        ("#\ufe0f\u20e3", []),
        ("#क्षत्रिय", ["#क्षत्रिय"]),
    ],
)
def test_hashtags(text: str, hashtags: list[str]) -> None:
    assert found(text, EntityKind.HASHTAG) == hashtags


@pytest.mark.parametrize(
    ("text", "cashtags"),
    [
        ("$AAPL, $brk.b $x_yz", ["$AAPL", "$brk.b", "$x_yz"]),
        ("a$AAPL ($AAPL $$AAPL", []),
        ("$5 $ABCDEFG $A1 $é", []),
        ("$AAPL.", ["$AAPL"]),
    ],
)
def test_cashtags(text: str, cashtags: list[str]) -> None:
    assert found(text, EntityKind.CASHTAG) == cashtags


def test_of_two_that_overlap_the_first_stays() -> None:
    assert find("finch.org/#map @wren/list") == (
        Entity(EntityKind.URL, 0, 14),
        Entity(EntityKind.MENTION, 15, 25),
    )
    assert [e.kind for e in find("http://finch.org/@wren/a")] == [EntityKind.URL]


def test_offsets_count_code_points_of_the_text_as_given() -> None:
    assert find("🐦e\u0301 #a") == (Entity(EntityKind.HASHTAG, 4, 6),)


@given(any_text | tag_like_text)
def test_entities_of_any_text_are_in_order_and_apart(text: str) -> None:
    entities = find(text)
    ends = [0, *(entity.end for entity in entities)]
    assert all(end <= e.start < e.end <= len(text) for end, e in zip(ends, entities, strict=False))


@given(tag_like_text)
def test_a_space_around_a_text_changes_no_tag(text: str) -> None:
    tags = [e for e in find(f"x {text}") if e.kind is not EntityKind.URL]
    padded = [e for e in find(f"x {text} x") if e.kind is not EntityKind.URL]
    assert tags == padded
