"""What a person does: drafts, briefs, counting, and the writer's composition root. No Qt."""

__version__ = "0.1.0"
