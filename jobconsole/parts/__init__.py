"""Pieces of screens that several of them are made of."""
