"""What is published, as the bytes of files: the same records give the same bytes."""
