"""From a question to an answer in which every sentence cites what it rests on."""
