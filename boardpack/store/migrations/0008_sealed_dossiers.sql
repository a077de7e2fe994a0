-- What the server sent ahead of a dossier of which this person was not told yet: ciphertext in packs,
-- kept as files are (`blobs`). The keys come with the dossier.
CREATE TABLE sealed_dossiers (
  sitting_id TEXT PRIMARY KEY, assembly_id TEXT NOT NULL, day TEXT NOT NULL, opened INTEGER NOT NULL,
  told_at TEXT NOT NULL, spread_s INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE sealed_packs (
  sha256 TEXT PRIMARY KEY, sitting_id TEXT NOT NULL REFERENCES sealed_dossiers ON DELETE CASCADE,
  size INTEGER NOT NULL, key BLOB NOT NULL);
