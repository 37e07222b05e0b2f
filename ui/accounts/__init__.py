"""Whom Twite posts as: the chip above the draft, signing in and out."""
