"""Speaking with a server: requests out, replies, refusals and faults in."""
