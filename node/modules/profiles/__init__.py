"""What a member shows: gift, skills, assets, mission, each with its own reach."""
