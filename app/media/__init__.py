"""Pictures: checked, shrunk by the worker, kept in the database."""
