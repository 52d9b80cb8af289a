"""Between Textual and the terminal: few bytes, no hostile ones, a good end.

    class FloorApp(TerminalApp[None]): ...

    sys.exit(run(FloorApp()))

`app` brings it together. `grid` knows what each cell shows, `glyphs` what a cell may hold, `pens` what SGR
codes mean; `runs` cuts what changed into pieces and `encoder` writes them; `driver` is the way out, `leaving` and
`crash` are the two ways to end.
"""

from console.terminal.app import TerminalApp, run

__all__ = ["TerminalApp", "run"]
