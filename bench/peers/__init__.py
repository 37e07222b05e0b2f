"""The engines that `bench.speed` compares: each a program of its own, behind one protocol."""
