"""Which model writes: the list of them, getting and removing them, and the choice."""
