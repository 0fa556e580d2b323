"""Drafts: what teachers write before it is an edition. One module for the document, the text, the proof, the verbs."""
