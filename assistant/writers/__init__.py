"""From evidence to sentences that cite it."""
