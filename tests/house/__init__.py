"""Guards of the whole."""
