"""The live tenant: signing in, doing no harm, and a verdict from tens of requests.

`tenant.opened` is the way in: it signs in, takes the tenant's lock, cleans up after an interrupted run, and
hands out the guard through which alone a live target is reached.
"""
