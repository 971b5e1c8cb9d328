"""Whether the evidence answers the question, and what is said when it does not."""
