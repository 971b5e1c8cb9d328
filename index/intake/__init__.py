"""What comes in: files, links and feeds → articles, sentences, passages."""
