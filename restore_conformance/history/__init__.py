"""The history: drift nights and runs in one store, what follows from them, and the pages made from it."""
