"""Forms: what a message means while one is open, and what follows from it.

Rasa's part is in ``actions/onboarding.py``.
"""
