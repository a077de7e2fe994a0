-- When readers were told of the revision, and over how many seconds its files are fetched.
ALTER TABLE dossiers ADD COLUMN told_at TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN spread_s INTEGER NOT NULL DEFAULT 0;
