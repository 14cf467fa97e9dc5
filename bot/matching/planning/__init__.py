"""Planning a round: `planner` says who meets whom and why; everything else here is how it finds that out.

`likeness` compares people and `weights` adds what counts besides; `neighbours` finds the best few of everybody, `bridges`
those who would join islands; `pairs` pairs all, `fewest` with as few repeats as there can be, `foresight` with an eye
to later rounds; `groups` makes trios and larger groups of them.
"""
