"""The console's styles: `.tcss` files, shipped as package data."""
