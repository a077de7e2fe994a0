-- Notes that other officials share with this one; columns as those of `notes`.
CREATE TABLE shared_notes (
  share_id TEXT PRIMARY KEY, note_id TEXT NOT NULL, author_id TEXT NOT NULL,
  assembly_id TEXT NOT NULL, document_id TEXT, sitting_id TEXT, live INTEGER NOT NULL,
  shut INTEGER NOT NULL, content BLOB, sealed BLOB NOT NULL);
CREATE INDEX shared_notes_shown ON shared_notes (document_id, share_id) WHERE live;
-- Those that the person does not want to see on this device.
CREATE TABLE hidden_notes (share_id TEXT PRIMARY KEY);

-- What the person sees of them: not hidden, and of an identifier that no note of theirs has (who
-- reads a note knows its identifier, and could share another one under it).
CREATE VIEW shared_notes_seen AS
SELECT s.share_id, s.note_id, s.document_id, s.sitting_id, s.content FROM shared_notes s
WHERE s.live AND s.share_id NOT IN (SELECT share_id FROM hidden_notes)
  AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.note_id = s.note_id)
  AND s.note_id NOT IN (SELECT note_id FROM notes_written);
