"""The read side: what the API, the pages and the command line show. Each view is one reading transaction."""
