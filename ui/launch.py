"""The way in: `twite` alone opens the window, with a subcommand it works in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

NO_DISPLAY = (
    "Twite needs a screen to open its window, and found none. "
    "Start it from your desktop, or see `twite --help` for what works in a terminal."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run Twite; the answer is the process's exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments:
        # The terminal commands start without Qt, which costs a fifth of a second to import.
        from app.cli import main as run_command

        return run_command(arguments)
    if not has_display(sys.platform, os.environ):
        sys.stderr.write(NO_DISPLAY + "\n")
        return 2
    # Only the window needs Qt; see above.
    from ui.window_process import run

    return run()


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown; Qt itself would abort the process where it cannot."""
    if not platform.startswith("linux"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(environment.get(name) for name in names)


if __name__ == "__main__":
    raise SystemExit(main())
