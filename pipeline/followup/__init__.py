"""Follow-up: what a page says of its listing, which clocks run, what to send again, how a fast lane stands."""
