CREATE EXTENSION amcheck;
CREATE EXTENSION pageinspect;
CREATE EXTENSION pg_walinspect;

-- One row: what the tables were seeded with.
CREATE TABLE bank (seed bigint NOT NULL, seeded bigint NOT NULL);

-- Payloads are random bytes: compressing them, or moving them out of line, would only cost time.
CREATE TABLE accounts (
  slot bigint PRIMARY KEY,
  sequence bigint NOT NULL,
  generation bigint NOT NULL,
  balance bigint NOT NULL,
  payload bytea NOT NULL
);
ALTER TABLE accounts ALTER COLUMN payload SET STORAGE PLAIN;

CREATE TABLE transfers (
  sequence bigint PRIMARY KEY,
  slot bigint NOT NULL,
  partner bigint NOT NULL,
  amount bigint NOT NULL
);

-- Replaces a record and moves money from its account to another one. False if the slot holds this sequence or a higher one.
CREATE FUNCTION write_record(to_slot bigint, new_sequence bigint, new_generation bigint, new_payload bytea)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  seeded bigint;
  partner bigint;
  amount bigint := 1 + new_sequence % 97;
BEGIN
  SELECT bank.seeded INTO STRICT seeded FROM bank;
  partner := (new_sequence * 7907) % seeded;
  IF partner = to_slot THEN
    partner := (partner + 1) % seeded;
  END IF;
  -- Locked in the order of their slots, so that no two writes wait for each other.
  PERFORM 1 FROM accounts WHERE slot IN (to_slot, partner) ORDER BY slot FOR UPDATE;
  INSERT INTO accounts AS held VALUES (to_slot, new_sequence, new_generation, -amount, new_payload)
    ON CONFLICT (slot) DO UPDATE
    SET sequence = new_sequence, generation = new_generation, balance = held.balance - amount, payload = new_payload
    WHERE held.sequence < new_sequence;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE accounts SET balance = balance + amount WHERE slot = partner;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'account % does not exist', partner USING ERRCODE = 'data_corrupted';
  END IF;
  INSERT INTO transfers VALUES (new_sequence, to_slot, partner, amount);
  RETURN true;
END $$;
