"""Working offline: course bundles out, recorded events in. Empty until that work begins."""
