"""Lists as files: strangers' lists in, our own tables out."""
