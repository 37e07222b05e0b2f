"""`python -m ui`."""

from ui.launch import main

raise SystemExit(main())
