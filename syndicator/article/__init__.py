"""A release composed for reading: once, for feeds, pushes, pages and the archive's plain text. Pure."""
