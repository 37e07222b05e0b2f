"""The language model: installing it, running it, and its worker. No Qt, no drafts, no X."""
