"""The pages of moderation: for members, and for the keepers at their desk."""
