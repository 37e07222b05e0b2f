"""Teaching the built-in model: pairs of notes and posts."""
