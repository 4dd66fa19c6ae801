"""The screens of the console, one file each: they route between widgets and core."""
