CREATE SCHEMA ledger;

CREATE TABLE ledger.events (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version integer NOT NULL,
    topic text NOT NULL,
    state text NOT NULL
);
CREATE UNIQUE INDEX events_of_record ON ledger.events (originator_id, originator_version);

CREATE TABLE ledger.receipts (
    command uuid PRIMARY KEY,
    subject uuid NOT NULL,
    position bigint NOT NULL,
    version integer NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea NOT NULL
);

CREATE TABLE ledger.claims (
    name text PRIMARY KEY,
    record uuid NOT NULL
);

CREATE TABLE ledger.serials (
    prefix text PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE ledger.snapshots (
    record uuid PRIMARY KEY,
    version integer NOT NULL,
    state bytea NOT NULL
);

CREATE TABLE ledger.followers (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    note text NOT NULL
);

CREATE TABLE ledger.identity (
    id text NOT NULL,
    schema_version integer NOT NULL
);

-- Commit a batch of writes, each with its own fate. The arrays of one write per element are
-- `commands` to `answers`; `ends[i]` is the index of the last event of write i. Claims and releases
-- name the write that they belong to.
--
-- Nothing in the way: one row, `all`, with the position before the first event.
-- Otherwise one row for each write, in order: `new` with its position, `repeat` with the receipt
-- of old, `taken` with the name, or `conflict`.
CREATE FUNCTION ledger.append(
    commands uuid[], subjects uuid[], versions integer[], ends integer[],
    fingerprints bytea[], answers bytea[],
    ids uuid[], id_versions integer[], topics text[], states text[],
    claim_writes integer[] DEFAULT '{}', claim_names text[] DEFAULT '{}',
    claim_records uuid[] DEFAULT '{}',
    release_writes integer[] DEFAULT '{}', release_names text[] DEFAULT '{}'
) RETURNS TABLE (
    outcome text, at bigint, of_subject uuid, of_version integer, of_fingerprint bytea,
    of_answer bytea, name text
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    head bigint;
    before bigint;
    first integer;
    violated text;
BEGIN
    -- Held until the commit is visible, so positions become visible in their own order: whoever
    -- reads on from a position misses nothing. Each statement below sees what was committed before
    -- the lock was given. A sequence would hand positions out before the lock is taken.
    PERFORM pg_advisory_xact_lock(7310579);
    SELECT coalesce(max(position), 0) INTO head FROM ledger.events;
    before := head;

    BEGIN
        IF release_names <> '{}' THEN
            DELETE FROM ledger.claims c USING unnest(release_names) AS r (name)
            WHERE c.name = r.name;
        END IF;
        IF claim_names <> '{}' THEN
            INSERT INTO ledger.claims SELECT * FROM unnest(claim_names, claim_records);
        END IF;
        INSERT INTO ledger.receipts
        SELECT w.command, w.subject, before + w.last, w.version, w.fingerprint, w.answer
        FROM unnest(commands, subjects, versions, ends, fingerprints, answers)
            AS w (command, subject, version, last, fingerprint, answer);
        INSERT INTO ledger.events
        SELECT before + e.index, e.id, e.version, e.topic, e.state
        FROM unnest(ids, id_versions, topics, states)
            WITH ORDINALITY AS e (id, version, topic, state, index);
        IF ids <> '{}' THEN
            PERFORM pg_notify('ledger', (before + cardinality(ids))::text);
        END IF;
        RETURN QUERY SELECT 'all', before, NULL::uuid, NULL::integer, NULL::bytea, NULL::bytea,
            NULL::text;
        RETURN;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;

    first := 1;
    FOR i IN 1 .. cardinality(commands) LOOP
        RETURN QUERY SELECT 'repeat', r.position, r.subject, r.version, r.fingerprint, r.answer,
            NULL::text
        FROM ledger.receipts r WHERE r.command = commands[i];
        IF NOT FOUND THEN
            BEGIN
                IF release_names <> '{}' THEN
                    DELETE FROM ledger.claims c
                    USING unnest(release_writes, release_names) AS r (write, name)
                    WHERE r.write = i AND c.name = r.name;
                END IF;
                IF claim_names <> '{}' THEN
                    INSERT INTO ledger.claims
                    SELECT k.name, k.record
                    FROM unnest(claim_writes, claim_names, claim_records) AS k (write, name, record)
                    WHERE k.write = i
                    ON CONFLICT (name) DO NOTHING;
                    SELECT k.name INTO violated
                    FROM unnest(claim_writes, claim_names, claim_records) AS k (write, name, record)
                    JOIN ledger.claims c ON c.name = k.name AND c.record <> k.record
                    WHERE k.write = i LIMIT 1;
                    IF FOUND THEN
                        RAISE unique_violation;
                    END IF;
                END IF;
                violated := NULL;
                INSERT INTO ledger.events
                SELECT head + e.index, e.id, e.version, e.topic, e.state
                FROM unnest(
                    ids[first : ends[i]], id_versions[first : ends[i]],
                    topics[first : ends[i]], states[first : ends[i]]
                ) WITH ORDINALITY AS e (id, version, topic, state, index);
                INSERT INTO ledger.receipts VALUES (
                    commands[i], subjects[i], head + ends[i] - first + 1, versions[i],
                    fingerprints[i], answers[i]
                );
                head := head + ends[i] - first + 1;
                RETURN QUERY SELECT 'new', head, NULL::uuid, NULL::integer, NULL::bytea,
                    NULL::bytea, NULL::text;
            EXCEPTION WHEN unique_violation THEN
                RETURN QUERY SELECT CASE WHEN violated IS NULL THEN 'conflict' ELSE 'taken' END,
                    NULL::bigint, NULL::uuid, NULL::integer, NULL::bytea, NULL::bytea, violated;
            END;
        END IF;
        first := ends[i] + 1;
    END LOOP;
    IF head > before THEN
        PERFORM pg_notify('ledger', head::text);
    END IF;
END
$$;
