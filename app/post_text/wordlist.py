"""The word lists that packaging/make_post_text_data.py writes into resources/."""


def read_words(name: str) -> frozenset[str]:
    """The words of resources/<name>: its header ends at the first empty line."""
    # Imported late: it costs a cold start up to 50 ms, and many texts need no list.
    from importlib.resources import files

    text = (files("resources") / name).read_text(encoding="utf-8")
    return frozenset(text.partition("\n\n")[2].split())
