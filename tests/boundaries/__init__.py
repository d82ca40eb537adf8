"""The borders of a whole node, attacked by class: every route, every id, every shape."""
