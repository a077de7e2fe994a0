-- What the server told: this person's identities, wrapped by their recovery words.
CREATE TABLE sealed_identities (
  recipient TEXT PRIMARY KEY, ciphertext BLOB NOT NULL, kid TEXT NOT NULL);
-- What the server told: where readings stopped. `state`: 'new' until it was opened or found shut
-- (sealed to an identity that this device does not hold, or not yet).
CREATE TABLE sealed_positions (
  position_id TEXT PRIMARY KEY, ciphertext BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new', 'open', 'shut')));

-- `changed`: since it was last sealed for the person's other devices, at `sealed_at`.
ALTER TABLE positions ADD COLUMN changed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE positions ADD COLUMN sealed_at TEXT;
