"""Registered pictures in listing photos: description of photos, enrolment of the register, and the detectors."""

import cv2
from threadpoolctl import threadpool_limits

from detectors.image.describe import DESCRIBE_VERSION, describe
from detectors.image.enrol import ENROL_VERSION, EnrolledImages, enrol
from detectors.image.found import PictureFound
from detectors.image.reused import PhotoReused

cv2.setNumThreads(1)  # the scan runs one process a core; threads of several would only wait for one another
threadpool_limits(limits=1, user_api="blas")

__all__ = ["DESCRIBE_VERSION", "ENROL_VERSION", "EnrolledImages", "PhotoReused", "PictureFound", "describe", "enrol"]
