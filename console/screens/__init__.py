"""The screens: the floor, a detail, the help, and the prompts that ask for a word."""
