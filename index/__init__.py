"""From a folder of articles to the passages that answer a query."""
