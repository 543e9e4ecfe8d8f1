"""What staff do with the corpus: drafts, publications, going back, watching a folder."""
