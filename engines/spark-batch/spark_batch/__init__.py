"""The batch and the answers on Spark, with the table engine's plan, SQL and tables, for data beyond one machine."""
