"""Notices: from approved cases to what a platform, a host or a payment provider is sent."""
