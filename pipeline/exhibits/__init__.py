"""Exhibits: captures as web archives, and time stamps of a third party."""
