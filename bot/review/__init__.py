"""What visitors asked in vain: without what tells who they are, in groups, for staff to learn from."""
