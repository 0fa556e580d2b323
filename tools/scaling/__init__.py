"""From a class to a state: what a lesson asks of the servers, and how many of them answer in time."""
