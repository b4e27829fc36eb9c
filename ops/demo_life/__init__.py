"""A company and the days of its life, made up from a seed by commands alone."""
