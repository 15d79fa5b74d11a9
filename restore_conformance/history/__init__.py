"""The history: drift nights and runs in one store, what they add up to, and the pages made from it."""
