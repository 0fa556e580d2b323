"""Damaged files for each reader of files.

Each input is a sample file with random damage, to its bytes and to its structure: lines, cells, elements, JSON values,
entries of a ZIP file. A reader may refuse a file in words. Any other exception is a crash, and more than 2 seconds of
processor time are a hang.
"""
