"""What is kept: conversations, in SQLite or PostgreSQL, in tables made by Alembic alone."""
