"""The command line: for publishers, newsrooms and operators."""
