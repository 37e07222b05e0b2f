"""The drafts file's tables, as numbered steps: version N is what the first N steps leave."""

from __future__ import annotations

Migration = tuple[str, ...]
"""SQL statements that belong in one transaction."""

_FIRST: Migration = (
    # created, changed: microseconds since 1970, UTC. posts: a JSON array of texts, in order.
    # The columns between are computed from posts and notes at every save, for the sidebar's list;
    # the long ones stand last, so that listing drafts does not read them.
    """
    CREATE TABLE draft (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        folder TEXT NOT NULL CHECK (folder IN ('drafts', 'posted', 'trash')),
        created INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        post_count INTEGER NOT NULL,
        weighted_length INTEGER NOT NULL,
        link_count INTEGER NOT NULL,
        first_line TEXT NOT NULL,
        posts TEXT NOT NULL,
        notes TEXT NOT NULL
    )
    """,
    "CREATE INDEX draft_by_change ON draft (folder, changed)",
    # The rowid is the draft's number; the text is folded already (see search.py).
    "CREATE VIRTUAL TABLE draft_words USING fts5 (text, tokenize = 'trigram case_sensitive 1')",
    """
    CREATE TABLE version (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        draft INTEGER NOT NULL REFERENCES draft (number) ON DELETE CASCADE,
        created INTEGER NOT NULL,
        reason TEXT NOT NULL,
        posts TEXT NOT NULL
    )
    """,
    "CREATE INDEX version_by_draft ON version (draft)",
)

_PROVENANCE: Migration = (
    # What a model wrote and a person took, with the notes it was written from.
    """
    CREATE TABLE generation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        draft INTEGER NOT NULL REFERENCES draft (number) ON DELETE CASCADE,
        created INTEGER NOT NULL,
        model TEXT NOT NULL,
        notes TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    "CREATE INDEX generation_by_draft ON generation (draft)",
    # claim: a claim's kind and words, as `Claim.key` gives them.
    """
    CREATE TABLE confirmation (
        draft INTEGER NOT NULL REFERENCES draft (number) ON DELETE CASCADE,
        claim TEXT NOT NULL,
        created INTEGER NOT NULL,
        PRIMARY KEY (draft, claim)
    ) WITHOUT ROWID
    """,
)

_POSTING: Migration = (
    # Media, polls and who may reply, as `extras.to_json` gives them; "" where there are none.
    "ALTER TABLE draft ADD COLUMN extras TEXT NOT NULL DEFAULT ''",
    # Whom Twite may post as; the secrets lie in the keyring.
    """
    CREATE TABLE account (
        id TEXT PRIMARY KEY,
        handle TEXT NOT NULL,
        name TEXT NOT NULL,
        way TEXT NOT NULL CHECK (way IN ('oauth1', 'oauth2')),
        client_id TEXT NOT NULL,
        writes_long INTEGER NOT NULL,
        added INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    # One row for each post that a person has sent off, written before its first byte goes out.
    # place: where it stands among the places of its thread. content: exactly what goes out, as
    # `Content.to_json` gives it. edits: X's id of the post that this one takes the place of, or "".
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        draft INTEGER NOT NULL REFERENCES draft (number) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        places INTEGER NOT NULL,
        account TEXT NOT NULL,
        content TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('waiting', 'sending', 'posted', 'rejected', 'unknown', 'withdrawn', 'deleted',
             'replaced')),
        post TEXT NOT NULL DEFAULT '',
        edits TEXT NOT NULL DEFAULT '',
        kind TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '',
        created INTEGER NOT NULL,
        changed INTEGER NOT NULL
    )
    """,
    "CREATE INDEX outbox_by_draft ON outbox (draft)",
    # Never two live attempts at the same post, whatever else goes wrong.
    """
    CREATE UNIQUE INDEX outbox_live ON outbox (draft, place, edits)
        WHERE state IN ('waiting', 'sending', 'unknown', 'posted')
    """,
)

MIGRATIONS: tuple[Migration, ...] = (_FIRST, _PROVENANCE, _POSTING)
