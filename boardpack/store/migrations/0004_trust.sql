-- Who signs dossiers (docs/sync.md). All of this but `held_keys` and `key_shares` stays when an
-- assembly is left: what was accepted once is never gone back on.
CREATE TABLE assembly_keys (
  key_id TEXT PRIMARY KEY, assembly_id TEXT NOT NULL, number INTEGER NOT NULL, epoch TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE UNIQUE INDEX assembly_keys_by_number ON assembly_keys (assembly_id, number);
CREATE TABLE key_shares (key_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE key_orders (assembly_id TEXT PRIMARY KEY, body BLOB NOT NULL);
-- Private parts: of keys in force, and of those that this device proposes.
CREATE TABLE held_keys (key_id TEXT PRIMARY KEY, assembly_id TEXT NOT NULL, private BLOB NOT NULL);
-- The highest revision ever accepted of each sitting, under each key that was in force.
CREATE TABLE ratchet (
  sitting_id TEXT NOT NULL, key_id TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL,
  PRIMARY KEY (sitting_id, key_id));
-- What was refused or must be said about signed things; `body`: the refused record.
CREATE TABLE doubts (
  subject_id TEXT PRIMARY KEY, code TEXT NOT NULL, parameters TEXT NOT NULL, body BLOB,
  at TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0);
