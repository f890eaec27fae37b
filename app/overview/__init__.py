"""Pages that look across rooms: start pages, progress, privacy, demo people."""
