"""Students who do anything in any order: what may be called (`calls`), how it is run and watched (`play`), what must
hold of the database (`invariants`) and of what is said about it (`receipts_*`, `readings`)."""
