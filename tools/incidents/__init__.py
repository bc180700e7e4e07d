"""The status page: disturbances of the service."""
