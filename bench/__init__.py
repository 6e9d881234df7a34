"""Measurements of the whole path under the load model; `make bench` runs them and prints tables."""
