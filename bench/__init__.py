"""What can be measured on one's own machine: each module is a program of its own."""
