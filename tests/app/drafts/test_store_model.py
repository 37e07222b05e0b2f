from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from app.drafts.draft import Draft, Folder
from app.drafts.search import fold
from app.drafts.store import Counts, DraftStore

TEXT = st.text('aAáß \n"*[%_日本語😀\0', max_size=12) | st.text(max_size=30)
POSTS = st.lists(TEXT, min_size=1, max_size=3).map(tuple)
FOLDER = st.sampled_from(Folder)


class StoreAgainstModel(RuleBasedStateMachine):
    """The store, and a dictionary of drafts that must always say the same."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "drafts.sqlite3"
        self.store = DraftStore(self.file)
        self.model: dict[str, Draft] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(target=ids, posts=POSTS, notes=TEXT)
    def create(self, posts: tuple[str, ...], notes: str) -> str:
        draft = self.store.create(posts, notes)
        assert (draft.posts, draft.notes) == (posts, notes)
        assert draft.id > max(self.model, default="")
        self.model[draft.id] = draft
        return draft.id

    @rule(id=ids, posts=POSTS, notes=TEXT)
    def save(self, id: str, posts: tuple[str, ...], notes: str) -> None:
        before = self.model[id]
        draft = self.store.save(id, posts, notes)
        assert (draft.posts, draft.notes, draft.created) == (posts, notes, before.created)
        assert (draft == before) == ((posts, notes) == (before.posts, before.notes))
        self.model[id] = draft

    @rule(id=ids)
    def save_again(self, id: str) -> None:
        draft = self.model[id]
        assert self.store.save(id, draft.posts, draft.notes) == draft

    @rule(id=ids, folder=FOLDER)
    def move(self, id: str, folder: Folder) -> None:
        self.store.move(id, folder)
        draft = self.model[id]
        self.model[id] = Draft(id, draft.posts, draft.notes, folder, draft.created, draft.changed)

    @rule(id=consumes(ids))
    def delete_forever(self, id: str) -> None:
        self.store.move(id, Folder.TRASH)
        self.store.delete_forever(id)
        del self.model[id]

    @rule(words=TEXT, folder=FOLDER)
    def search(self, words: str, folder: Folder) -> None:
        assert self.listed(folder, words) == self.expected(folder, words)

    @rule(id=ids, start=st.integers(0, 30), length=st.integers(1, 6))
    def search_for_a_part(self, id: str, start: int, length: int) -> None:
        draft = self.model[id]
        words = draft.posts[0][start : start + length]
        listed = self.listed(draft.folder, words)
        assert id in listed
        assert listed == self.expected(draft.folder, words)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = DraftStore(self.file)

    @invariant()
    def every_draft_is_there(self) -> None:
        assert {id: self.store.get(id) for id in self.model} == self.model

    @invariant()
    def every_list_is_in_order(self) -> None:
        for folder in Folder:
            assert self.listed(folder, "") == self.expected(folder, "")

    @invariant()
    def counts_are_right(self) -> None:
        lengths = {folder.value: len(self.expected(folder, "")) for folder in Folder}
        assert self.store.counts() == Counts(**lengths)

    def listed(self, folder: Folder, words: str) -> list[str]:
        return [row.id for row in self.store.summaries(folder, words)]

    def expected(self, folder: Folder, words: str) -> list[str]:
        matching = [
            draft
            for draft in self.model.values()
            if draft.folder is folder and holds(draft, fold(words).split())
        ]
        matching.sort(key=lambda draft: (draft.changed, draft.id), reverse=True)
        return [draft.id for draft in matching]


def holds(draft: Draft, words: list[str]) -> bool:
    text = fold("\n".join((*draft.posts, draft.notes)))
    return all(word in text for word in words)


TestStoreAgainstModel = StoreAgainstModel.TestCase
TestStoreAgainstModel.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, database=None
)
