"""When and where background work runs; what it is stands in the rows."""
