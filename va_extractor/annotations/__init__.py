"""Human annotations become VA features: EMOTIC, and any CSV file of ratings."""
