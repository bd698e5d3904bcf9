"""The one error that a user is meant to read."""


class InputError(Exception):
    """Something the user gave is wrong: one line that names the file, the field and the mend.

    Command lines print it and exit with code 2; nothing else is printed and nothing already computed is lost.
    """
