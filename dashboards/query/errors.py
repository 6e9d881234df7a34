"""What a query is refused with."""


class QueryError(ValueError):
    """The question cannot be answered; the message tells the asker why, and what to ask instead."""
