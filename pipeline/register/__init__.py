"""The register: a brand's registered IP, read from a folder and checked as a whole."""

from pipeline.register.reader import check_register, load_register, read_image, register_folder

__all__ = ["check_register", "load_register", "read_image", "register_folder"]
