"""Ways from a draft to X: doors, what each would do, and what X would refuse."""
