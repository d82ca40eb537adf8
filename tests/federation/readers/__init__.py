"""Small models of how other programs read what we write, a file for each family.

They decide by the tables of the federation reference, row by row, and by what those leave open
in the programs' own code. They are no copies: they say what is shown, otherwise shown, or lost.
`ours` has real nodes make the real documents, `matrix` lays one beside the other.
"""
