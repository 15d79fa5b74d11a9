"""The support bundle: all there is about one finding, in a zip that a vendor can act on without asking back.

Made from a run record and its stored exchanges alone; judges nothing and sends nothing.
"""
