"""The starter catalogue: topics, problems and roadmaps as facts."""
