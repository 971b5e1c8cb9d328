"""A conversation or an answer to take along."""
