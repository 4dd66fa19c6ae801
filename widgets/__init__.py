"""Textual widgets: they show read models and say what the operator did."""
