"""The program people start: command line, app, screens, settings, and the clock."""
