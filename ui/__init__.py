"""What a person sees: the window, written with Qt Widgets."""
