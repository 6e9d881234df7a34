-- The class of the connection becomes a dimension, at the end of the sorting keys, where alone it can be added. Rows that
-- count no visitor have the gap 65535 from now on, so that they are summed with those of new visitors; rows with 0, as
-- they were booked before, stay true beside them. schema.sql makes the views again that are dropped here.

DROP VIEW IF EXISTS counters_from_beacons;

DROP VIEW IF EXISTS rollup_audiences_from_beacons;

ALTER TABLE beacons ADD COLUMN IF NOT EXISTS connection LowCardinality(String) COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty' AFTER audience;

ALTER TABLE counters
    ADD COLUMN IF NOT EXISTS connection LowCardinality(String) COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty' AFTER screen,
    MODIFY ORDER BY (site, day, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, name, gap, hour_gap, connection);

ALTER TABLE rollup_audiences
    ADD COLUMN IF NOT EXISTS connection LowCardinality(String) COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty' AFTER language,
    MODIFY ORDER BY (site, day, audience, language, gap, connection);

ALTER TABLE rollup_audiences MODIFY COMMENT 'Daily totals by audience, language and connection';

ALTER TABLE beacons COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE counters COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE rollup_site COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE rollup_sources COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE rollup_places COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE rollup_devices COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE rollup_audiences COMMENT COLUMN gap 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none';

ALTER TABLE beacons COMMENT COLUMN hour_gap 'Hours since the last active hour of the visitors counted in this row; 65535: never before or longer, and in rows that count none';

ALTER TABLE counters COMMENT COLUMN hour_gap 'Hours since the last active hour of the visitors counted in this row; 65535: never before or longer, and in rows that count none';

ALTER TABLE rollup_hours COMMENT COLUMN hour_gap 'Hours since the last active hour of the visitors counted in this row; 65535: never before or longer, and in rows that count none';
