"""Dossiers: what is known of a case or a seller, on paper, for police or customs."""
