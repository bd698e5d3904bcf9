"""Run records become leaderboard.json, a site and scores on the Hub."""
