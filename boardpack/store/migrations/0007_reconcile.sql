-- What the server told of its history (docs/sync.md, "When the server was restored").
ALTER TABLE cursor ADD COLUMN head TEXT NOT NULL DEFAULT '';
-- What the server accepted, as it was: sent again to a server that lost it. `place` is that of the
-- outbox, so that the order of writing survives.
CREATE TABLE sent (
  place INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  subject_id TEXT NOT NULL, sitting_id TEXT, document_id TEXT, event BLOB NOT NULL, content BLOB,
  created_at TEXT NOT NULL, accepted_at TEXT NOT NULL);
-- Deletions told by a server that was restored: they count once every feed was read again.
CREATE TABLE frozen (
  place INTEGER PRIMARY KEY, kind TEXT NOT NULL, record_id TEXT NOT NULL, change BLOB NOT NULL,
  UNIQUE (kind, record_id));
