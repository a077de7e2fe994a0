-- A note is what all its live versions merge to. The server is read again: it tells them anew.
DROP VIEW notes_projected;
DROP TABLE notes;
DELETE FROM cursor;
-- `content`: the merged record in clear (the whole file is encrypted), NULL while no version can be
-- opened; `merged`: the versions in it; `live`: it is shown; `shut`: versions that no identity here
-- opens; `sealed`: the server's record, last, so that reading a note does not walk over it.
CREATE TABLE notes (
  note_id TEXT PRIMARY KEY, document_id TEXT, sitting_id TEXT, live INTEGER NOT NULL,
  shut INTEGER NOT NULL, content BLOB, merged TEXT NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX notes_shown ON notes (document_id, note_id) WHERE live;
CREATE INDEX notes_shut ON notes (note_id) WHERE shut;

-- The newest of what the person wrote in each note and the server has not told back yet.
CREATE VIEW notes_written AS
WITH latest AS (
  SELECT subject_id, max(place) AS place FROM outbox
  WHERE kind = 'note_sealed' AND state <> 'rejected' GROUP BY subject_id)
SELECT o.subject_id AS note_id, o.event_id, o.document_id, o.sitting_id, o.content,
       o.state = 'waiting' AS waiting,
       NOT json_extract(CAST(o.event AS TEXT), '$.deleted') AS live
FROM outbox o JOIN latest USING (place);

-- What is shown: what the server told, merged (by boardpack.store.notes) with what was written here.
CREATE VIEW notes_projected AS
SELECT n.note_id, n.document_id, n.sitting_id, n.content, NULL AS written, n.live, 0 AS waiting
FROM notes n WHERE n.note_id NOT IN (SELECT note_id FROM notes_written)
UNION ALL
SELECT w.note_id, w.document_id, w.sitting_id, n.content, w.content AS written,
       w.live OR coalesce(n.live, 0) AS live, w.waiting
FROM notes_written w LEFT JOIN notes n ON n.note_id = w.note_id;
