"""The panes. Each is given a picture and draws it; it asks nobody for anything."""
