"""Make the VA features dataset from face images and human annotations."""
