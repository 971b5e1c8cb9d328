"""Whether the articles bear what a sentence says, and who says so in them."""
