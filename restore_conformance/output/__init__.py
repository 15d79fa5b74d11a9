"""What leaves the process: files that are whole or not there, and the gate that lets no secret through."""
