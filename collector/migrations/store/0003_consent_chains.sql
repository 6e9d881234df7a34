-- Records of consent get their place in a chain, and are found by it and by their id.
ALTER TABLE consent_log ADD COLUMN IF NOT EXISTS previous_expires Date COMMENT 'Day on which the record before it is deleted: a gap before this record is lawful from then on' AFTER previous;
ALTER TABLE consent_log ADD INDEX IF NOT EXISTS by_sequence sequence TYPE minmax GRANULARITY 1;
ALTER TABLE consent_log ADD INDEX IF NOT EXISTS by_id id TYPE bloom_filter GRANULARITY 1;
ALTER TABLE consent_log ADD INDEX IF NOT EXISTS by_supersedes supersedes TYPE bloom_filter GRANULARITY 1;
