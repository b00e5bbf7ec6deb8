"""Language understanding: the sentence encoder and the classifier, as Rasa graph components."""
