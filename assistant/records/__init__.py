"""What is kept of questions and answers: conversations, reviews, the audit."""
