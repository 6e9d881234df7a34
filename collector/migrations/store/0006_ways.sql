-- Ways from page to page move from a table of their own to the page views, which have every dimension of the visit; and a
-- visit is one entry, so `entries` goes. What a table sums is part of its engine, and where a column stands in its order
-- cannot be changed: `counters` is made anew, filled, and put in the place of the old one. Until then the old one is
-- whole. When this runs again after that, the ways that were copied before fall together with what they were taken from,
-- and are copied once more: so it is schema.sql that drops `flows`, after this was recorded. Rows move in small blocks,
-- for the memory of the embedded engine. schema.sql makes the view again.

DROP VIEW IF EXISTS counters_from_beacons;

ALTER TABLE beacons
    ADD COLUMN IF NOT EXISTS before1 LowCardinality(String) COMMENT 'Page from which the visit came to this one, or empty' AFTER event_visitors,
    ADD COLUMN IF NOT EXISTS before2 LowCardinality(String) COMMENT 'Page before that one, or empty' AFTER before1,
    ADD COLUMN IF NOT EXISTS before3 LowCardinality(String) COMMENT 'Page before that one, or empty' AFTER before2,
    ADD COLUMN IF NOT EXISTS flow_visitors Int32 COMMENT 'Visitors who took the step from before1 to page for the first time on this day' AFTER before3;

DROP TABLE IF EXISTS fresh_counters;

CREATE TABLE fresh_counters
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant' CODEC(GCD, T64, Default),
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    page            LowCardinality(String)  COMMENT 'Path of the page, without query string; the entry page for visits and bounces',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    before1         LowCardinality(String)  COMMENT 'Page from which the visit came to this one, or empty',
    before2         LowCardinality(String)  COMMENT 'Page before that one, or empty',
    before3         LowCardinality(String)  COMMENT 'Page before that one, or empty',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    hour_gap        UInt16                  COMMENT 'Hours since the last active hour of the visitors counted in this row; 65535: never before or longer, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days' CODEC(T64, Default),
    hour_visitors   Int32                   COMMENT 'First hits of an hour, one for each visitor; with hour_gap they give exact visitors of any range of hours' CODEC(T64, Default),
    page_visitors   Int32                   COMMENT 'Visitors who saw this page for the first time on this day' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    exits           Int32                   COMMENT 'Visits that ended on this page, as far as is known' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    depth           Int32                   COMMENT 'Sum of the scroll depths in percent, over the page views that reported one' CODEC(T64, Default),
    depths          Int32                   COMMENT 'Page views that reported a scroll depth' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    event_visitors  Int32                   COMMENT 'Visitors who did the event of this name for the first time on this day' CODEC(T64, Default),
    flow_visitors   Int32                   COMMENT 'Visitors who took the step from before1 to page for the first time on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors, hour_visitors, page_visitors, visits, bounces, exits, pageviews, seconds, depth, depths, events, event_visitors, flow_visitors))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day)
ORDER BY (site, day, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, before1, before2, before3, name, gap, hour_gap, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)'
COMMENT 'Every delta with all its dimensions, by hour; kept for detail_days of the site';

INSERT INTO fresh_counters (site, day, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, connection, hour, entry, page, name, gap, hour_gap, visitors, hour_visitors, page_visitors, visits, bounces, exits, pageviews, seconds, depth, depths, events, event_visitors, expires)
SELECT site, day, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, connection, hour, entry, page, name, gap, hour_gap, visitors, hour_visitors, page_visitors, visits, bounces, exits, pageviews, seconds, depth, depths, events, event_visitors, expires FROM counters
SETTINGS max_threads = 1, max_block_size = 16384, min_insert_block_size_rows = 131072,
    max_partitions_per_insert_block = 0, insert_deduplicate = 0;

-- A store older than its ways has none to copy.
CREATE TABLE IF NOT EXISTS flows
(
    site LowCardinality(String), day Date, page LowCardinality(String), before1 LowCardinality(String),
    before2 LowCardinality(String), before3 LowCardinality(String), flows Int32, flow_visitors Int32, expires Date
)
ENGINE = MergeTree ORDER BY site;

-- A way does not say what else the visit was like: so it is added there, and taken back as a page view without a way.
INSERT INTO fresh_counters (site, day, hour, page, before1, before2, before3, gap, hour_gap, pageviews, flow_visitors, expires)
SELECT f.site, f.day, toDateTime(f.day, 'UTC'), f.page, way.1, way.2, way.3, 65535, 65535, f.flows * way.4, f.flow_visitors * way.5, f.expires
FROM flows AS f
ARRAY JOIN [(f.before1, f.before2, f.before3, 1, 1), ('', '', '', -1, 0)] AS way
SETTINGS max_threads = 1, max_block_size = 16384, min_insert_block_size_rows = 131072,
    max_partitions_per_insert_block = 0, insert_deduplicate = 0;

EXCHANGE TABLES fresh_counters AND counters;

DROP TABLE fresh_counters;
