"""Backups of a site: make, rotate, check and restore them."""
