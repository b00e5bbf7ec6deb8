"""What the assistant says: topic files and canned responses, loaded, checked and served. Knows nothing of Rasa's runtime."""
