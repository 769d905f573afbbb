"""The batch and the answers on Spark: the table engine's plan, SQL and tables, for more data than one machine takes."""
