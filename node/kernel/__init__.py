"""The ground every feature stands on: it knows nothing of features, pages or the protocol."""
