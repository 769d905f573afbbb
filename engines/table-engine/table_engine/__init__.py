"""The pipeline's table engine: raw files to Delta tables, the eight answers, and inspection."""
