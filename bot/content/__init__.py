"""What the assistant says: topic files and canned responses, loaded, checked and served without Rasa."""
