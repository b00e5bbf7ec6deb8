"""What actions and answers share: the reply model and how replies are made."""
