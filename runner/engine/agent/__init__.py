"""What a run of an agent needs beside that of any other program."""
