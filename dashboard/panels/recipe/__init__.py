"""Recipe: the tries of a sweep, and what they say together."""
