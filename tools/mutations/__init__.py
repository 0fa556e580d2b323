"""Take each control out of a copy of the site, one at a time, and see whether the tests notice."""
