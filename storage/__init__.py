"""What is kept: the tables, the connection, and the queries by noun."""
