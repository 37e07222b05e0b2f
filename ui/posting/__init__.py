"""Sending a draft off: what is asked before, told meanwhile, and said of its end."""
