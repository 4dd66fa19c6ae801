"""Prints what would take over a terminal that believed it."""

import sys

LINES = (
    b"[red]red[/red] [@click=app.quit]quit[/] [/nothing] [bold",
    b"\x1b]52;c;aGVsbG8=\x07copied",
    b"\x1b]0;taken\x07\x1b]2;taken\x1b\\title",
    b"\x1bP+q544e\x1b\\dcs \x1b_Gf=100\x1b\\apc \x1b^pm\x1b\\ \x1bXsos\x1b\\",
    b"\x1b[2J\x1b[Hcleared \x1bcreset \x1b[!psoft",
    b"\x1b[?1049l\x1b[?1049h\x1b[?1000l\x1b[?25h\x1b[?2004l\x1b[?7hmodes",
    b"\x1b[5 qcursor \x1b[6n\x1b[c\x1b[>0q\x1b]11;?\x07asked \x1b#8 \x1b(0line",
    b"\x1b[31mred by right\x1b[0m \x9b31mC1 \xc2\x9b31mC1 \xc2\x9d0;taken\xc2\x9c",
    "\u202eright to left\u2066 \u200fmark \u2028line \ufeffbom".encode(),
    b"nul\x00 bell\x07 back\x08\x08 out\x0e vertical\x0b form\x0c",
    b"10%\r50%\r100% of it",
    b"\xff\xfe\x80 broken \xed\xa0\x80 bytes",
    b"x" * 1_000_000,
    b"and that was all",
    b"open \x1b]52;c;",
)

for stream in (sys.stdout, sys.stderr):
    for line in LINES:
        stream.buffer.write(line + b"\n")
sys.exit(3)
