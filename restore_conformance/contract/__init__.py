"""What the documents say: the documents, the register of clauses, routes, editions."""
