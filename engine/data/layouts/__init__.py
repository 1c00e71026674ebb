"""One room for each way in which data sets of skin lesions are laid out on a disk."""
