"""The panes: each is given a picture of the floor and draws it."""
