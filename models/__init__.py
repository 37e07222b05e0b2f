"""The language model: installing it, running it, and the worker it runs in. No Qt, no drafts, no X."""
