"""AMICC's assistant: everything that is neither dialogue (``actions/``) nor content (``data/``, ``knowledge/``)."""
