-- What the server told us. Written by boardpack.store.changes only (design D3).
CREATE TABLE authorities (authority_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE assemblies (assembly_id TEXT PRIMARY KEY, authority_id TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE political_groups (group_id TEXT PRIMARY KEY, assembly_id TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE officials (official_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE mandates (
  mandate_id TEXT PRIMARY KEY, official_id TEXT NOT NULL, assembly_id TEXT NOT NULL,
  role TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT, body BLOB NOT NULL);
CREATE TABLE access (assembly_id TEXT PRIMARY KEY, roles TEXT NOT NULL, granted INTEGER NOT NULL);
CREATE TABLE devices (device_id TEXT PRIMARY KEY, state TEXT NOT NULL, body BLOB NOT NULL);
-- One row a sitting: the revision in force, as published.
CREATE TABLE dossiers (
  sitting_id TEXT PRIMARY KEY, assembly_id TEXT NOT NULL, revision INTEGER NOT NULL,
  title TEXT NOT NULL, starts_at TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX dossiers_by_date ON dossiers (starts_at);
CREATE TABLE documents (
  document_id TEXT PRIMARY KEY,
  sitting_id TEXT NOT NULL REFERENCES dossiers ON DELETE CASCADE,
  item_id TEXT, kind TEXT NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL);
CREATE TABLE versions (
  document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
  number INTEGER NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, pages INTEGER NOT NULL,
  PRIMARY KEY (document_id, number));
CREATE INDEX versions_by_sha256 ON versions (sha256);
CREATE TABLE deliberations (
  deliberation_id TEXT PRIMARY KEY, sitting_id TEXT NOT NULL, assembly_id TEXT NOT NULL,
  number TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE receipts (
  receipt_id TEXT PRIMARY KEY, kind TEXT NOT NULL, sitting_id TEXT NOT NULL,
  official_id TEXT NOT NULL, document_id TEXT, revision INTEGER NOT NULL, sha256 TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX receipts_by_sitting ON receipts (sitting_id, official_id);
-- `content` is the note in clear (the whole file is encrypted), NULL while it cannot be opened.
CREATE TABLE notes (
  note_id TEXT PRIMARY KEY, document_id TEXT, sitting_id TEXT, ciphertext BLOB NOT NULL,
  content BLOB, deleted INTEGER NOT NULL);
CREATE INDEX notes_by_document ON notes (document_id);
CREATE TABLE cursor (feed TEXT PRIMARY KEY, seq INTEGER NOT NULL);

-- What the person did and the server has not confirmed yet (design D3, D10). A row leaves as
-- accepted (once the feeds have caught up with it), or stays as rejected until the person saw why.
-- `place` is the order of writing: a clock may jump back, so event_id does not tell it.
CREATE TABLE outbox (
  place INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, subject_id TEXT NOT NULL, sitting_id TEXT,
  document_id TEXT, event BLOB NOT NULL, content BLOB, created_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'rejected')),
  code TEXT NOT NULL DEFAULT '', parameters TEXT NOT NULL DEFAULT '{}');
CREATE INDEX outbox_by_subject ON outbox (kind, subject_id);

-- Of this device alone.
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
-- `tail`: the end of an unfinished file, less than a segment, which its part cannot hold yet.
CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('partial', 'complete')), added_at TEXT NOT NULL,
  tail BLOB, tail_at INTEGER);
CREATE TABLE positions (
  document_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, page INTEGER NOT NULL, top REAL NOT NULL,
  zoom REAL NOT NULL, at TEXT NOT NULL);
CREATE TABLE seen_versions (
  document_id TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (document_id, sha256));
CREATE TABLE drafts (sitting_id TEXT PRIMARY KEY, body BLOB NOT NULL, at TEXT NOT NULL);
CREATE TABLE signing_jobs (
  deliberation_id TEXT PRIMARY KEY, field TEXT NOT NULL, base_sha256 TEXT NOT NULL,
  prepared BLOB NOT NULL, at TEXT NOT NULL);
CREATE TABLE journal (
  entry_id TEXT PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, subject_id TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '');
CREATE INDEX journal_by_subject ON journal (action, subject_id);

-- What views show: server state under what waits to be sent.
CREATE VIEW notes_projected AS
WITH latest AS (
  SELECT subject_id, max(place) AS place FROM outbox
  WHERE kind = 'note_sealed' AND state <> 'rejected' GROUP BY subject_id)
SELECT n.note_id, n.document_id, n.sitting_id, n.content, n.deleted, 0 AS waiting
FROM notes n WHERE n.note_id NOT IN (SELECT subject_id FROM latest)
UNION ALL
SELECT o.subject_id, o.document_id, o.sitting_id, o.content,
       json_extract(CAST(o.event AS TEXT), '$.deleted') AS deleted,
       o.state = 'waiting' AS waiting
FROM outbox o JOIN latest USING (place);
