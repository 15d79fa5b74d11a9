"""The support bundle: all data about one finding, in a zip that a vendor can act on without further questions.

Made from a run record and its stored exchanges alone; judges nothing and sends nothing.
"""
