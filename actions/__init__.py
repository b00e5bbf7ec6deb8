"""Custom actions: one small module a conversation. They decide what to say; ``bot.dialogue`` says it."""
