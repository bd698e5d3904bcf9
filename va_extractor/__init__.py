"""Face images and human annotations become the VA features dataset."""
