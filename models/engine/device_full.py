"""Memory that ran out, told apart from what else can go wrong in a graph."""

from __future__ import annotations

from models.errors import ModelError

_SIGNS = ("failed to allocate memory", "bad_alloc", "out of memory", "cudaerrormemoryallocation")
"""What onnxruntime's arenas, C++ and CUDA say of memory that they did not get, in lower case."""


class OutOfMemory(ModelError):
    """Buffers or a step did not fit into the memory of the device.

    Attributes:
        of_card: whether it is a graphics card's memory, so that the CPU may still do it.
    """

    def __init__(self, device: str) -> None:
        self.of_card = device != "cpu"
        if device == "cpu":
            super().__init__(
                "This computer has too little free memory for this model and these notes.",
                "Close other programs, shorten the notes or choose a smaller model.",
            )
        else:
            super().__init__(
                "The graphics card has too little free memory for this model and these notes.",
                "Close what else uses it, or have the CPU write (in a terminal: --device cpu).",
            )


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error of numpy or onnxruntime means that memory ran out."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _SIGNS)
