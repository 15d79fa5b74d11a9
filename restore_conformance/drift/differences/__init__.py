"""What differs between two contracts, part by part."""
