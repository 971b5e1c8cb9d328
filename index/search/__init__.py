"""A question understood, and its passages found."""
