"""The only place that knows SQL: one SQLite file that holds everything the user made."""
