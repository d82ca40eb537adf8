"""Offers and needs (FEP-0837)."""
