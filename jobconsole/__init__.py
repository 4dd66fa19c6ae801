"""The program: wiring, command line, console."""
