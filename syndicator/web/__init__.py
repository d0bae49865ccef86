"""The HTTP edge: feeds from stored bytes, the API, and pages. Thin: every answer is a use case or a view."""
