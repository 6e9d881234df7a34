-- The whole store of Sīkdatne, from top to bottom. It runs on the embedded engine and on any current ClickHouse server,
-- in the database of the connection, and applying it again changes nothing.
--
-- A row is a delta: signed integers that are summed, under dimensions that describe a visit and never a person.
-- `beacons` takes every delta and keeps none: materialized views pass it on to one detailed table and to narrow daily
-- rollups. There is no column for an identifier, and no two tables can be joined into one.
--
-- Days are days of the site's time zone; `hour` is the instant (UTC) at which an hour of that time zone begins.
-- Every column has a comment: the privacy page and the data dictionary for analysts are made from them.
-- `gap` makes unique visitors exact: a visitor is counted in [from, to] on his first active day in it, the one whose
-- last active day lies before the range:  sum(visitors) where day between from and to and gap > day - from.
--
-- Changing it: add the change here, and, where a table that exists must change, a numbered file in
-- collector/migrations/store/ (docs/decisions/0003-schema-changes.md).

-- What an older release had.
DROP TABLE IF EXISTS flows;

-- What arrives ------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS beacons
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant',
    minute          DateTime('UTC')         COMMENT 'Minute of the hit',
    idle            UInt16                  COMMENT 'Minutes since the visitor''s previous hit; 65535: never before or longer',
    hits            UInt8                   COMMENT '1 on the one row of a beacon that stands for the hit itself',
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    page            LowCardinality(String)  COMMENT 'Path of the page, without query string; the entry page for visits and bounces',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    hour_gap        UInt16                  COMMENT 'Hours since the last active hour of the visitors counted in this row; 65535: never before or longer, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days',
    hour_visitors   Int32                   COMMENT 'First hits of an hour, one for each visitor; with hour_gap they give exact visitors of any range of hours',
    page_visitors   Int32                   COMMENT 'Visitors who saw this page for the first time on this day',
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page',
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began',
    entries         Int32                   COMMENT 'Visits that entered the site on this page',
    exits           Int32                   COMMENT 'Visits that ended on this page, as far as is known',
    pageviews       Int32                   COMMENT 'Page views',
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit',
    depth           Int32                   COMMENT 'Sum of the scroll depths in percent, over the page views that reported one',
    depths          Int32                   COMMENT 'Page views that reported a scroll depth',
    events          Int32                   COMMENT 'Custom events',
    event_visitors  Int32                   COMMENT 'Visitors who did the event of this name for the first time on this day',
    before1         LowCardinality(String)  COMMENT 'Page from which the visit came to this one, or empty',
    before2         LowCardinality(String)  COMMENT 'Page before that one, or empty',
    before3         LowCardinality(String)  COMMENT 'Page before that one, or empty',
    flow_visitors   Int32                   COMMENT 'Visitors who took the step from before1 to page for the first time on this day',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Deltas on their way into the counters; nothing is kept here';

-- What is kept --------------------------------------------------------------------------------------------------

-- Small on disk: place before device before source, so that columns that say the same in finer steps (country, region,
-- city) stand sorted together, and the hour late; measures are mostly -1, 0 and 1, which T64 packs into a bit or two.
-- make bench measures it.

CREATE TABLE IF NOT EXISTS counters
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

CREATE MATERIALIZED VIEW IF NOT EXISTS counters_from_beacons TO counters AS
SELECT site, day, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, before1, before2, before3, name, gap, hour_gap, connection,
    sum(b.visitors) AS visitors, sum(b.hour_visitors) AS hour_visitors, sum(b.page_visitors) AS page_visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.exits) AS exits, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.depth) AS depth, sum(b.depths) AS depths, sum(b.events) AS events, sum(b.event_visitors) AS event_visitors, sum(b.flow_visitors) AS flow_visitors,
    max(b.detail_expires) AS expires
FROM beacons AS b
WHERE b.visitors != 0 OR b.hour_visitors != 0 OR b.page_visitors != 0 OR b.visits != 0 OR b.bounces != 0
    OR b.exits != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.depth != 0 OR b.depths != 0 OR b.events != 0
GROUP BY site, day, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, before1, before2, before3, name, gap, hour_gap, connection;

CREATE TABLE IF NOT EXISTS rollup_site
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors, visits, bounces, pageviews, seconds, events))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, gap)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals of a site';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_site_from_beacons TO rollup_site AS
SELECT site, day, gap,
    sum(b.visitors) AS visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.events) AS events,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.events != 0
GROUP BY site, day, gap;

CREATE TABLE IF NOT EXISTS rollup_hours
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant' CODEC(GCD, T64, Default),
    hour_gap        UInt16                  COMMENT 'Hours since the last active hour of the visitors counted in this row; 65535: never before or longer, and in rows that count none',
    hour_visitors   Int32                   COMMENT 'First hits of an hour, one for each visitor; with hour_gap they give exact visitors of any range of hours' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((hour_visitors, visits, bounces, pageviews, seconds, events))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, hour, hour_gap)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Hourly totals of a site';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_hours_from_beacons TO rollup_hours AS
SELECT site, day, hour, hour_gap,
    sum(b.hour_visitors) AS hour_visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.events) AS events,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.hour_visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.events != 0
GROUP BY site, day, hour, hour_gap;

CREATE TABLE IF NOT EXISTS rollup_pages
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    page            LowCardinality(String)  COMMENT 'Path of the page, without query string; the entry page for visits and bounces',
    page_visitors   Int32                   COMMENT 'Visitors who saw this page for the first time on this day' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    entries         Int32                   COMMENT 'Visits that entered the site on this page' CODEC(T64, Default),
    exits           Int32                   COMMENT 'Visits that ended on this page, as far as is known' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    depth           Int32                   COMMENT 'Sum of the scroll depths in percent, over the page views that reported one' CODEC(T64, Default),
    depths          Int32                   COMMENT 'Page views that reported a scroll depth' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((page_visitors, visits, bounces, entries, exits, pageviews, seconds, depth, depths))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, page)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals of a page';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_pages_from_beacons TO rollup_pages AS
SELECT site, day, page,
    sum(b.page_visitors) AS page_visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.entries) AS entries, sum(b.exits) AS exits, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.depth) AS depth, sum(b.depths) AS depths,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.page_visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.entries != 0 OR b.exits != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.depth != 0 OR b.depths != 0
GROUP BY site, day, page;

CREATE TABLE IF NOT EXISTS rollup_sources
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors, visits, bounces, pageviews, seconds, events))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, channel, source, medium, campaign, content, term, gap)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals by source and campaign';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_sources_from_beacons TO rollup_sources AS
SELECT site, day, channel, source, medium, campaign, content, term, gap,
    sum(b.visitors) AS visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.events) AS events,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.events != 0
GROUP BY site, day, channel, source, medium, campaign, content, term, gap;

CREATE TABLE IF NOT EXISTS rollup_places
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors, visits, bounces, pageviews, seconds, events))
PARTITION BY toYYYYMM(day)
ORDER BY (site, country, region, city, day, gap)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals by place';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_places_from_beacons TO rollup_places AS
SELECT site, day, country, region, city, gap,
    sum(b.visitors) AS visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.events) AS events,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.events != 0
GROUP BY site, day, country, region, city, gap;

CREATE TABLE IF NOT EXISTS rollup_devices
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors, visits, bounces, pageviews, seconds, events))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, device, os, browser, os_version, browser_version, screen, gap)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals by device, operating system and browser';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_devices_from_beacons TO rollup_devices AS
SELECT site, day, device, os, browser, os_version, browser_version, screen, gap,
    sum(b.visitors) AS visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.events) AS events,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.events != 0
GROUP BY site, day, device, os, browser, os_version, browser_version, screen, gap;

CREATE TABLE IF NOT EXISTS rollup_audiences
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    gap             UInt16                  COMMENT 'Days since the last active day of the visitors counted in this row; 65535: never before, and in rows that count none',
    visitors        Int32                   COMMENT 'First hits of a day, one for each visitor; with gap they give exact unique visitors of any range of days' CODEC(T64, Default),
    visits          Int32                   COMMENT 'Visits that began, booked on their entry page' CODEC(T64, Default),
    bounces         Int32                   COMMENT 'Visits with a single page view and no interaction, booked where the visit began' CODEC(T64, Default),
    pageviews       Int32                   COMMENT 'Page views' CODEC(T64, Default),
    seconds         Int64                   COMMENT 'Engaged time in seconds: the page was visible and in use; booked at the start of the visit' CODEC(T64, Default),
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors, visits, bounces, pageviews, seconds, events))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day, audience, language, gap)
ORDER BY (site, day, audience, language, gap, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals by audience, language and connection';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_audiences_from_beacons TO rollup_audiences AS
SELECT site, day, audience, language, gap, connection,
    sum(b.visitors) AS visitors, sum(b.visits) AS visits, sum(b.bounces) AS bounces, sum(b.pageviews) AS pageviews, sum(b.seconds) AS seconds, sum(b.events) AS events,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.visitors != 0 OR b.visits != 0 OR b.bounces != 0 OR b.pageviews != 0 OR b.seconds != 0 OR b.events != 0
GROUP BY site, day, audience, language, gap, connection;

CREATE TABLE IF NOT EXISTS rollup_events
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    events          Int32                   COMMENT 'Custom events' CODEC(T64, Default),
    event_visitors  Int32                   COMMENT 'Visitors who did the event of this name for the first time on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((events, event_visitors))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, name)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily totals of custom events';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_events_from_beacons TO rollup_events AS
SELECT site, day, name,
    sum(b.events) AS events, sum(b.event_visitors) AS event_visitors,
    max(b.expires) AS expires
FROM beacons AS b
WHERE b.name != '' AND b.events != 0
GROUP BY site, day, name;

CREATE TABLE IF NOT EXISTS minutes
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    minute          DateTime('UTC')         COMMENT 'Minute of the hit',
    page            LowCardinality(String)  COMMENT 'Path of the page, without query string; the entry page for visits and bounces',
    idle            UInt16                  COMMENT 'Minutes since the previous hit of the same visitor; 65535: never before or longer',
    hits            Int32                   COMMENT 'Hits (page views and events)'
)
ENGINE = SummingMergeTree((hits))
PARTITION BY toDate(minute)
ORDER BY (site, minute, page, idle)
TTL minute + INTERVAL 1 DAY
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Hits of the last day by minute: visitors in the last n minutes are sum(hits) where idle > minute - from';

CREATE MATERIALIZED VIEW IF NOT EXISTS minutes_from_beacons TO minutes AS
SELECT site, minute, page, idle, sum(toInt32(b.hits)) AS hits
FROM beacons AS b
WHERE b.hits != 0
GROUP BY site, minute, page, idle;

-- What few hits add ---------------------------------------------------------------------------------------------
-- Goals, funnels and properties pass through Null tables like `beacons`; the others go in as they are. All are written
-- with the beacons they belong to, in the same segment of the spool.

CREATE TABLE IF NOT EXISTS goal_hits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the goal was reached',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    conversions     Int32                   COMMENT 'Visits that reached the goal, booked when they did so first',
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of every event that reached the goal',
    goal_visitors   Int32                   COMMENT 'Visitors who reached the goal for the first time on this day; the page is empty if they did not see it on this day',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Goals on their way into the counters; nothing is kept here';

CREATE TABLE IF NOT EXISTS conversions
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
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
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant' CODEC(GCD, T64, Default),
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the goal was reached',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    conversions     Int32                   COMMENT 'Visits that reached the goal, booked when they did so first' CODEC(T64, Default),
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of every event that reached the goal' CODEC(T64, Default),
    goal_visitors   Int32                   COMMENT 'Visitors who reached the goal for the first time on this day; the page is empty if they did not see it on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((conversions, revenue, goal_visitors))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day, goal, currency)
ORDER BY (site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Conversions and revenue with all dimensions, by hour; kept for detail_days of the site';

CREATE MATERIALIZED VIEW IF NOT EXISTS conversions_from_goal_hits TO conversions AS
SELECT site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection,
    sum(h.conversions) AS conversions, sum(h.revenue) AS revenue, sum(h.goal_visitors) AS goal_visitors,
    max(h.detail_expires) AS expires
FROM goal_hits AS h
GROUP BY site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection;

CREATE TABLE IF NOT EXISTS rollup_goals
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    conversions     Int32                   COMMENT 'Visits that reached the goal, booked when they did so first' CODEC(T64, Default),
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of every event that reached the goal' CODEC(T64, Default),
    goal_visitors   Int32                   COMMENT 'Visitors who reached the goal for the first time on this day; the page is empty if they did not see it on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((conversions, revenue, goal_visitors))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, goal, currency)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily conversions and revenue of a goal';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_goals_from_goal_hits TO rollup_goals AS
SELECT site, day, goal, currency,
    sum(h.conversions) AS conversions, sum(h.revenue) AS revenue, sum(h.goal_visitors) AS goal_visitors,
    max(h.expires) AS expires
FROM goal_hits AS h
GROUP BY site, day, goal, currency;

CREATE TABLE IF NOT EXISTS goal_exit_hits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the visit ended, as far as is known',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    exits           Int32                   COMMENT 'Visits that reached the goal and ended on this page, as far as is known',
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of visits that ended on this page, as far as is known',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Exits of visits that reached goals or paid, on their way into the counters; nothing is kept here';

CREATE TABLE IF NOT EXISTS goal_exits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
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
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant' CODEC(GCD, T64, Default),
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the visit ended, as far as is known',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    exits           Int32                   COMMENT 'Visits that reached the goal and ended on this page, as far as is known' CODEC(T64, Default),
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of visits that ended on this page, as far as is known' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((exits, revenue))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day, goal)
ORDER BY (site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Exits of visits that reached a goal, and what was paid in them, with all dimensions, by hour; kept for detail_days of the site';

CREATE MATERIALIZED VIEW IF NOT EXISTS goal_exits_from_goal_exit_hits TO goal_exits AS
SELECT site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection,
    sum(h.exits) AS exits, sum(h.revenue) AS revenue,
    max(h.detail_expires) AS expires
FROM goal_exit_hits AS h
GROUP BY site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection;

CREATE TABLE IF NOT EXISTS rollup_goal_exits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the visit ended, as far as is known',
    exits           Int32                   COMMENT 'Visits that reached the goal and ended on this page, as far as is known' CODEC(T64, Default),
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of visits that ended on this page, as far as is known' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((exits, revenue))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, goal, currency, page)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily exits of visits that reached a goal, and what was paid in them';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_goal_exits_from_goal_exit_hits TO rollup_goal_exits AS
SELECT site, day, goal, currency, page,
    sum(h.exits) AS exits, sum(h.revenue) AS revenue,
    max(h.expires) AS expires
FROM goal_exit_hits AS h
GROUP BY site, day, goal, currency, page;

CREATE TABLE IF NOT EXISTS goal_event_hits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the goal was reached',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    key             LowCardinality(String)  COMMENT 'Name of a property of the event; empty: the event itself',
    value           LowCardinality(String)  COMMENT 'Value of the property, as text; empty for the event itself',
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    conversions     Int32                   COMMENT 'Visits that reached the goal, booked when they did so first',
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of every event that reached the goal',
    goal_visitors   Int32                   COMMENT 'Visitors who reached the goal for the first time on this day; the page is empty if they did not see it on this day',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Events that reached goals, on their way into the counters; nothing is kept here';

CREATE TABLE IF NOT EXISTS goal_events
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    key             LowCardinality(String)  COMMENT 'Name of a property of the event; empty: the event itself',
    value           LowCardinality(String)  COMMENT 'Value of the property, as text; empty for the event itself',
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
    hour            DateTime('UTC')         COMMENT 'Beginning of the hour of the site''s time zone, as an instant' CODEC(GCD, T64, Default),
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    page            LowCardinality(String)  COMMENT 'Path of the page on which the goal was reached',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    conversions     Int32                   COMMENT 'Visits that reached the goal, booked when they did so first' CODEC(T64, Default),
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of every event that reached the goal' CODEC(T64, Default),
    goal_visitors   Int32                   COMMENT 'Visitors who reached the goal for the first time on this day; the page is empty if they did not see it on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((conversions, revenue, goal_visitors))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day, key, name, goal)
ORDER BY (site, day, key, name, goal, currency, value, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Conversions and revenue by the event that reached the goal and by its properties, with all dimensions, by hour; kept for detail_days of the site';

CREATE MATERIALIZED VIEW IF NOT EXISTS goal_events_from_goal_event_hits TO goal_events AS
SELECT site, day, goal, currency, name, key, value, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection,
    sum(h.conversions) AS conversions, sum(h.revenue) AS revenue, sum(h.goal_visitors) AS goal_visitors,
    max(h.detail_expires) AS expires
FROM goal_event_hits AS h
GROUP BY site, day, goal, currency, name, key, value, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection;

CREATE TABLE IF NOT EXISTS rollup_goal_events
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; empty: the revenue of all events, whatever goals they reach',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code; empty: no revenue in this row',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    key             LowCardinality(String)  COMMENT 'Name of a property of the event; empty: the event itself',
    value           LowCardinality(String)  COMMENT 'Value of the property, as text; empty for the event itself',
    conversions     Int32                   COMMENT 'Visits that reached the goal, booked when they did so first' CODEC(T64, Default),
    revenue         Int64                   COMMENT 'Revenue in minor units of the currency (cents), of every event that reached the goal' CODEC(T64, Default),
    goal_visitors   Int32                   COMMENT 'Visitors who reached the goal for the first time on this day; the page is empty if they did not see it on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((conversions, revenue, goal_visitors))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, key, name, goal, currency, value)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily conversions and revenue by the event that reached the goal and by its properties';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_goal_events_from_goal_event_hits TO rollup_goal_events AS
SELECT site, day, goal, currency, name, key, value,
    sum(h.conversions) AS conversions, sum(h.revenue) AS revenue, sum(h.goal_visitors) AS goal_visitors,
    max(h.expires) AS expires
FROM goal_event_hits AS h
GROUP BY site, day, goal, currency, name, key, value;

CREATE TABLE IF NOT EXISTS funnel_hits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    funnel          LowCardinality(String)  COMMENT 'Funnel, by its name',
    step            UInt8                   COMMENT 'Step of the funnel, from 1',
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    reached         Int32                   COMMENT 'Visits (or visitors, when the funnel spans visits) that reached the step, booked on the day of the first step',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Steps of funnels on their way into the counters; nothing is kept here';

CREATE TABLE IF NOT EXISTS funnel_steps
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    funnel          LowCardinality(String)  COMMENT 'Funnel, by its name',
    step            UInt8                   COMMENT 'Step of the funnel, from 1',
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
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    reached         Int32                   COMMENT 'Visits (or visitors, when the funnel spans visits) that reached the step, booked on the day of the first step' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((reached))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day, funnel, step)
ORDER BY (site, day, funnel, step, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, entry, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Steps of funnels with all dimensions, by day; kept for detail_days of the site';

CREATE MATERIALIZED VIEW IF NOT EXISTS funnel_steps_from_funnel_hits TO funnel_steps AS
SELECT site, day, funnel, step, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, entry, connection,
    sum(h.reached) AS reached,
    max(h.detail_expires) AS expires
FROM funnel_hits AS h
GROUP BY site, day, funnel, step, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, entry, connection;

CREATE TABLE IF NOT EXISTS rollup_funnels
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    funnel          LowCardinality(String)  COMMENT 'Funnel, by its name',
    step            UInt8                   COMMENT 'Step of the funnel, from 1',
    reached         Int32                   COMMENT 'Visits (or visitors, when the funnel spans visits) that reached the step, booked on the day of the first step' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((reached))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, funnel, step)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily steps of a funnel';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_funnels_from_funnel_hits TO rollup_funnels AS
SELECT site, day, funnel, step,
    sum(h.reached) AS reached,
    max(h.expires) AS expires
FROM funnel_hits AS h
GROUP BY site, day, funnel, step;

CREATE TABLE IF NOT EXISTS property_hits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    key             LowCardinality(String)  COMMENT 'Name of a property of the event',
    value           LowCardinality(String)  COMMENT 'Value of the property, as text',
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel the visit came by: Direct, Organic Search, Paid Search, Social, Email, Referral, …',
    source          LowCardinality(String)  COMMENT 'Source the visit came from: the referring site''s host or name, or utm_source; empty when direct',
    medium          LowCardinality(String)  COMMENT 'utm_medium of the landing address, or empty',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign of the landing address, or empty',
    term            LowCardinality(String)  COMMENT 'utm_term of the landing address, or empty',
    content         LowCardinality(String)  COMMENT 'utm_content of the landing address, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    region          LowCardinality(String)  COMMENT 'Region of the country, or empty',
    city            LowCardinality(String)  COMMENT 'City, or empty',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty',
    browser_version LowCardinality(String)  COMMENT 'Major version of the browser, or empty',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty',
    os_version      LowCardinality(String)  COMMENT 'Major version of the operating system, or empty',
    screen          LowCardinality(String)  COMMENT 'Width class of the screen: xs, s, m, l, xl, or empty',
    language        LowCardinality(String)  COMMENT 'Primary language of the browser as a two-letter code, or empty',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned: customer, other, or empty',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    events          Int32                   COMMENT 'Custom events',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Properties of events on their way into the counters; nothing is kept here';

CREATE TABLE IF NOT EXISTS properties
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    key             LowCardinality(String)  COMMENT 'Name of a property of the event',
    value           LowCardinality(String)  COMMENT 'Value of the property, as text',
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
    entry           LowCardinality(String)  COMMENT 'Path of the page on which the visit entered the site',
    connection      LowCardinality(String)  COMMENT 'Class of the connection, as the browser estimates it: slow-2g, 2g, 3g, 4g, or empty',
    events          Int32                   COMMENT 'Events with this property' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((events))
PARTITION BY toYYYYMM(day)
PRIMARY KEY (site, day, name, key)
ORDER BY (site, day, name, key, value, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, entry, connection)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Properties of events with all dimensions, by day; kept for detail_days of the site';

CREATE MATERIALIZED VIEW IF NOT EXISTS properties_from_property_hits TO properties AS
SELECT site, day, name, key, value, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, entry, connection,
    sum(h.events) AS events,
    max(h.detail_expires) AS expires
FROM property_hits AS h
GROUP BY site, day, name, key, value, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, entry, connection;

CREATE TABLE IF NOT EXISTS rollup_properties
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    name            LowCardinality(String)  COMMENT 'Name of the custom event, or empty',
    key             LowCardinality(String)  COMMENT 'Name of a property of the event',
    value           LowCardinality(String)  COMMENT 'Value of the property, as text',
    events          Int32                   COMMENT 'Events with this property' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((events))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, name, key, value)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Daily properties of events';

CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_properties_from_property_hits TO rollup_properties AS
SELECT site, day, name, key, value,
    sum(h.events) AS events,
    max(h.expires) AS expires
FROM property_hits AS h
GROUP BY site, day, name, key, value;

CREATE TABLE IF NOT EXISTS cohort_hits
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    unit            LowCardinality(String)  COMMENT 'What the cohort is made by: week (from Monday) or month',
    born            Date                    COMMENT 'First day of the week or month of the visitors'' first visit',
    period          Date                    COMMENT 'First day of the week or month in which they came (again)',
    country         LowCardinality(String)  COMMENT 'Country of the first visit by ISO 3166-1 alpha-2 code; empty when unknown',
    device          LowCardinality(String)  COMMENT 'Kind of device of the first visit: desktop, mobile, tablet, tv, console, or empty',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel of the first visit: Direct, Organic Search, Paid Search, Social, Email, Referral, …; empty when unknown',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned at the first visit: customer, other, or empty',
    visitors        Int32                   COMMENT 'Visitors of the cohort who were here in the period',
    detail_expires  Date                    COMMENT 'Day on which the detailed row is deleted',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = Null
COMMENT 'Visitors of cohorts on their way into the counters; nothing is kept here';

-- Dimensions of the first visit, and coarse ones alone: with a town and a version of a browser beside it, the week of the
-- first visit could tell one person from all others, and which weeks he came in
-- (docs/decisions/0014-filters-of-reports.md).

CREATE TABLE IF NOT EXISTS cohort_details
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    unit            LowCardinality(String)  COMMENT 'What the cohort is made by: week (from Monday) or month',
    born            Date                    COMMENT 'First day of the week or month of the visitors'' first visit',
    period          Date                    COMMENT 'First day of the week or month in which they came (again)',
    country         LowCardinality(String)  COMMENT 'Country of the first visit by ISO 3166-1 alpha-2 code; empty when unknown',
    device          LowCardinality(String)  COMMENT 'Kind of device of the first visit: desktop, mobile, tablet, tv, console, or empty',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel of the first visit: Direct, Organic Search, Paid Search, Social, Email, Referral, …; empty when unknown',
    audience        LowCardinality(String)  COMMENT 'Audience that the site itself assigned at the first visit: customer, other, or empty',
    visitors        Int32                   COMMENT 'Visitors of the cohort who were here in the period' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors))
PARTITION BY toYYYYMM(period)
PRIMARY KEY (site, unit, born, period)
ORDER BY (site, unit, born, period, country, device, channel, audience)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Visitors by the week and month of their first visit and of each later one, and by what the first was like; kept for detail_days of the site';

CREATE MATERIALIZED VIEW IF NOT EXISTS cohort_details_from_cohort_hits TO cohort_details AS
SELECT site, unit, born, period, country, device, channel, audience,
    sum(h.visitors) AS visitors,
    max(h.detail_expires) AS expires
FROM cohort_hits AS h
GROUP BY site, unit, born, period, country, device, channel, audience;

CREATE TABLE IF NOT EXISTS cohorts
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    unit            LowCardinality(String)  COMMENT 'What the cohort is made by: week (from Monday) or month',
    born            Date                    COMMENT 'First day of the week or month of the visitors'' first visit',
    period          Date                    COMMENT 'First day of the week or month in which they came (again)',
    visitors        Int32                   COMMENT 'Visitors of the cohort who were here in the period' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors))
PARTITION BY toYYYYMM(period)
ORDER BY (site, unit, born, period)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Visitors by the week and month of their first visit and of each later one';

CREATE MATERIALIZED VIEW IF NOT EXISTS cohorts_from_cohort_hits TO cohorts AS
SELECT site, unit, born, period,
    sum(h.visitors) AS visitors,
    max(h.expires) AS expires
FROM cohort_hits AS h
GROUP BY site, unit, born, period;

CREATE TABLE IF NOT EXISTS vitals
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    metric          LowCardinality(String)  COMMENT 'Web vital: lcp, inp, cls, fcp or ttfb',
    page            LowCardinality(String)  COMMENT 'Path of the page, without query string',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, looked up from the address when the visit began; empty when unknown',
    bucket          UInt8                   COMMENT 'Class of the value: 0 for zero, else values around 1.1 to the power of bucket - 1, in ms; of cls in thousandths',
    samples         Int32                   COMMENT 'Page views that reported the metric' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((samples))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, metric, page, device, country, bucket)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'How fast pages were, as counts by class of value, by day';

CREATE TABLE IF NOT EXISTS topics
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    topic           LowCardinality(String)  COMMENT 'Topic of the page''s content, as the site names it',
    visitors        Int32                   COMMENT 'Visitors who consented to marketing and saw the topic for the first time on this day' CODEC(T64, Default),
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((visitors))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, topic)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    default_compression_codec = 'ZSTD(6)', min_bytes_for_wide_part = 1048576
COMMENT 'Visitors by content topic, of those who consented to marketing';

-- What stands alone ----------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS drops
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    minute          DateTime('UTC')         COMMENT 'Minute in which it was not recorded',
    reason          LowCardinality(String)  COMMENT 'Why, from a closed list: consent, signal, bot, site, origin, excluded, …',
    drops           Int64                   COMMENT 'Beacons not recorded'
)
ENGINE = SummingMergeTree((drops))
PARTITION BY toYYYYMM(minute)
ORDER BY (site, minute, reason)
TTL minute + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What was not counted, and why';

CREATE TABLE IF NOT EXISTS cookies_seen
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    name            LowCardinality(String)  COMMENT 'Name of a cookie, never its value; what looks like an identifier in the name is an asterisk',
    moment          LowCardinality(String)  COMMENT 'Whether the cookie was there before consent or came after it: before, after',
    page            LowCardinality(String)  COMMENT 'Page that saw it',
    seen            Int64                   COMMENT 'How often it was seen, by visitors who consented to statistics',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((seen))
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, moment, name, page)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Names of the cookies on the site, before and after consent';

-- One dimension a row: how often the banner was shown or answered in a language, on a kind of device, on a page.
CREATE TABLE IF NOT EXISTS banner_counts
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    dimension       LowCardinality(String)  COMMENT 'What the row is counted by: language, device, page; empty for all together',
    value           LowCardinality(String)  COMMENT 'Language of the banner, mobile or desktop, or the page',
    outcome         LowCardinality(String)  COMMENT 'The banner was shown, or its answer: shown, accepted, refused, customised',
    times           Int64                   COMMENT 'How often',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site'
)
ENGINE = SummingMergeTree((times))
PARTITION BY toYYYYMM(day)
ORDER BY (site, dimension, day, value, outcome)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'How often the banner was shown and how it was answered; never by person';

CREATE TABLE IF NOT EXISTS networks
(
    day             Date                    COMMENT 'Day (UTC)',
    network         LowCardinality(String)  COMMENT 'Network of the client: IPv4 /24 or IPv6 /48, never an address',
    requests        Int64                   COMMENT 'Requests from this network',
    refused         Int64                   COMMENT 'Requests of these that were refused'
)
ENGINE = SummingMergeTree((requests, refused))
PARTITION BY toYYYYMM(day)
ORDER BY (day, network)
TTL day + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Load by network for system administration and abuse; joined to nothing';

CREATE TABLE IF NOT EXISTS consent_log
(
    id              UUID                    COMMENT 'Record id',
    consent         String                  COMMENT 'Random consent id, never seen beside a counter; empty for a refusal',
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    choices         Map(LowCardinality(String), Bool)COMMENT 'Decision for each purpose',
    method          LowCardinality(String)  COMMENT 'How it was given: accept_all, reject_all, save_selection, withdraw, object, gpc, api',
    decided         DateTime64(3, 'UTC')    COMMENT 'When, by the clock of the server',
    policy_version  UInt32                  COMMENT 'Version of the policy in force',
    language        LowCardinality(String)  COMMENT 'Language of the notice',
    notice          String                  COMMENT 'SHA-256 of the exact notice that was shown, in hexadecimal',
    signals         Array(LowCardinality(String))COMMENT 'Privacy signals that were present: gpc, dnt',
    valid_until     DateTime('UTC')         COMMENT 'When the decision expires',
    supersedes      String                  COMMENT 'Record id that this decision replaces, or empty',
    chain           LowCardinality(String)  COMMENT 'Hash chain the record belongs to',
    sequence        UInt64                  COMMENT 'Position in the chain',
    previous        String                  COMMENT 'Hash of the record before it in the chain, in hexadecimal',
    previous_expires Date                   COMMENT 'Day on which the record before it is deleted: a gap before this record is lawful from then on',
    hash            String                  COMMENT 'SHA-256 of this record with the hash before it, in hexadecimal',
    signature       String                  COMMENT 'HMAC of the hash under the key of the installation, in hexadecimal',
    expires         Date                    COMMENT 'Day on which the row is deleted, by the retention settings of the site',
    INDEX by_sequence sequence TYPE minmax GRANULARITY 1,
    INDEX by_id id TYPE bloom_filter GRANULARITY 1,
    INDEX by_supersedes supersedes TYPE bloom_filter GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(decided)
ORDER BY (site, decided, id)
TTL expires
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Proof of consent, one record a decision, append-only';

CREATE TABLE IF NOT EXISTS schema_versions
(
    version         UInt32                  COMMENT 'Number of the schema',
    applied         DateTime('UTC')         COMMENT 'When it was applied',
    release         String                  COMMENT 'Release of Sīkdatne that applied it'
)
ENGINE = MergeTree
ORDER BY version
COMMENT 'Schema changes applied to this database';

-- What analysts read ---------------------------------------------------------------------------------------------
-- Small groups are folded, so that no row stands for fewer visitors than k: 10, two dimensions crossed 20, a city 50
-- (docs/sql.md tells it to analysts). Under k a group folds into 'other', from the smallest on; while what has folded
-- is together under k, the next group folds too, so that never exactly one is hidden. Where dimensions stand in a row
-- (device, os, browser), each is folded within the one before it, and the rows always add up to the whole.
-- Whole days only: a day is shown when it has ended in every time zone, at noon UTC of the next.
-- The views run with the rights of who made them: an analyst needs, and has, no right to any table.

CREATE OR REPLACE VIEW site_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    visitors        Int64                   COMMENT 'Unique visitors of the day; days of fewer than 10 are not shown',
    visits          Int64                   COMMENT 'Visits that began',
    pageviews       Int64                   COMMENT 'Page views',
    bounces         Int64                   COMMENT 'Visits with a single page view and no interaction',
    seconds         Int64                   COMMENT 'Engaged time of these visits in seconds',
    events          Int64                   COMMENT 'Custom events'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT site, day, sum(t.visitors) AS visitors, sum(t.visits) AS visits, sum(t.pageviews) AS pageviews,
    sum(t.bounces) AS bounces, sum(t.seconds) AS seconds, sum(t.events) AS events
FROM rollup_site AS t
WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
GROUP BY site, day
HAVING sum(t.visitors) >= 10
COMMENT 'Days of a site';

CREATE OR REPLACE VIEW pages_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    page            LowCardinality(String)  COMMENT 'Path of the page; ''other'' stands for pages of fewer than 10 visitors and for the next one',
    visitors        Int64                   COMMENT 'Visitors who saw the page on this day; for ''other'' the sum over its pages',
    visits          Int64                   COMMENT 'Visits that began on this page',
    pageviews       Int64                   COMMENT 'Page views',
    bounces         Int64                   COMMENT 'Visits that began on this page, with a single page view and no interaction',
    entries         Int64                   COMMENT 'Visits that entered the site on this page',
    exits           Int64                   COMMENT 'Visits that ended on this page',
    seconds         Int64                   COMMENT 'Engaged time on this page in seconds, of the visits that began on this day'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    pages AS
    (
        SELECT site, day, page, sum(t.page_visitors) AS people, sum(t.visits) AS visits, sum(t.pageviews) AS pageviews,
            sum(t.bounces) AS bounces, sum(t.entries) AS entries, sum(t.exits) AS exits, sum(t.seconds) AS seconds
        FROM rollup_pages AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, page
    ),
    -- One visitor sees many pages: what has folded together is surely k visitors only if one of the pages has k.
    folded AS
    (
        SELECT *, people < 10 OR (min(people) OVER (PARTITION BY site, day) < 10
            AND max(people) OVER (PARTITION BY site, day ORDER BY people, page ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) < 10) AS fold
        FROM pages
    )
SELECT site, day, if(fold, 'other', f.page) AS page, sum(f.people) AS visitors, sum(f.visits) AS visits,
    sum(f.pageviews) AS pageviews, sum(f.bounces) AS bounces, sum(f.entries) AS entries, sum(f.exits) AS exits,
    sum(f.seconds) AS seconds
FROM folded AS f
GROUP BY site, day, if(fold, 'other', f.page)
HAVING max(f.people) >= 10
COMMENT 'Pages of a site by day';

CREATE OR REPLACE VIEW sources_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    channel         LowCardinality(String)  COMMENT 'Acquisition channel; ''other'' stands for channels of fewer than 10 visitors',
    source          LowCardinality(String)  COMMENT 'Source, empty when direct; ''other'' stands for sources of the channel with fewer than 20 visitors',
    campaign        LowCardinality(String)  COMMENT 'utm_campaign, or empty; ''other'' stands for campaigns of the source with fewer than 20 visitors',
    visitors        Int64                   COMMENT 'Unique visitors of the day, by how they came first on it',
    visits          Int64                   COMMENT 'Visits that came this way',
    pageviews       Int64                   COMMENT 'Page views of these visits',
    bounces         Int64                   COMMENT 'Those of the visits with a single page view and no interaction',
    seconds         Int64                   COMMENT 'Engaged time of these visits in seconds',
    events          Int64                   COMMENT 'Custom events of these visits'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    campaigns AS
    (
        SELECT site, day, toString(t.channel) AS a0, toString(t.source) AS b0, toString(t.campaign) AS c0,
            sum(t.visitors) AS people, sum(t.visits) AS visits, sum(t.pageviews) AS pageviews,
            sum(t.bounces) AS bounces, sum(t.seconds) AS seconds, sum(t.events) AS events
        FROM rollup_sources AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, a0, b0, c0
    ),
    channels AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a0) AS n1 FROM campaigns),
    folded_channels AS
    (
        SELECT *, n1 < 10 OR (min(n1) OVER (PARTITION BY site, day) < 10
            AND sum(people) OVER (PARTITION BY site, day ORDER BY n1, a0) - n1 < 10) AS fold1,
            if(fold1, 'other', a0) AS a, if(fold1, 'other', b0) AS b1, if(fold1, 'other', c0) AS c1
        FROM channels
    ),
    sources AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a, b1) AS n2 FROM folded_channels),
    folded_sources AS
    (
        SELECT *, n2 < 20 OR (min(n2) OVER (PARTITION BY site, day, a) < 20
            AND sum(people) OVER (PARTITION BY site, day, a ORDER BY n2, b1) - n2 < 20) AS fold2,
            if(fold2, 'other', b1) AS b, if(fold2, 'other', c1) AS c2
        FROM sources
    ),
    named AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a, b, c2) AS n3 FROM folded_sources),
    folded_named AS
    (
        SELECT *, n3 < 20 OR (min(n3) OVER (PARTITION BY site, day, a, b) < 20
            AND sum(people) OVER (PARTITION BY site, day, a, b ORDER BY n3, c2) - n3 < 20) AS fold3,
            if(fold3, 'other', c2) AS c
        FROM named
    )
SELECT site, day, a AS channel, b AS source, c AS campaign, sum(f.people) AS visitors, sum(f.visits) AS visits,
    sum(f.pageviews) AS pageviews, sum(f.bounces) AS bounces, sum(f.seconds) AS seconds, sum(f.events) AS events
FROM folded_named AS f
GROUP BY site, day, a, b, c
HAVING sum(f.people) >= 10
COMMENT 'Channels, sources and campaigns by day';

CREATE OR REPLACE VIEW places_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    country         LowCardinality(String)  COMMENT 'Country by ISO 3166-1 alpha-2 code, empty when unknown; ''other'' stands for countries of fewer than 10 visitors',
    region          LowCardinality(String)  COMMENT 'Region of the city, or empty; ''other'' beside the city ''other''',
    city            LowCardinality(String)  COMMENT 'City, or empty; ''other'' stands for cities of the country with fewer than 50 visitors',
    visitors        Int64                   COMMENT 'Unique visitors of the day, by where they were first on it',
    visits          Int64                   COMMENT 'Visits from there',
    pageviews       Int64                   COMMENT 'Page views of these visits',
    bounces         Int64                   COMMENT 'Those of the visits with a single page view and no interaction',
    seconds         Int64                   COMMENT 'Engaged time of these visits in seconds',
    events          Int64                   COMMENT 'Custom events of these visits'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    cities AS
    (
        SELECT site, day, toString(t.country) AS a0, toString(t.region) AS b0, toString(t.city) AS c0,
            sum(t.visitors) AS people, sum(t.visits) AS visits, sum(t.pageviews) AS pageviews,
            sum(t.bounces) AS bounces, sum(t.seconds) AS seconds, sum(t.events) AS events
        FROM rollup_places AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, a0, b0, c0
    ),
    countries AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a0) AS n1 FROM cities),
    folded_countries AS
    (
        SELECT *, n1 < 10 OR (min(n1) OVER (PARTITION BY site, day) < 10
            AND sum(people) OVER (PARTITION BY site, day ORDER BY n1, a0) - n1 < 10) AS fold1,
            if(fold1, 'other', a0) AS a, if(fold1, 'other', b0) AS b1, if(fold1, 'other', c0) AS c1
        FROM countries
    ),
    towns AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a, b1, c1) AS n2 FROM folded_countries),
    folded_towns AS
    (
        SELECT *, n2 < 50 OR (min(n2) OVER (PARTITION BY site, day, a) < 50
            AND sum(people) OVER (PARTITION BY site, day, a ORDER BY n2, b1, c1) - n2 < 50) AS fold2,
            if(fold2, 'other', b1) AS b, if(fold2, 'other', c1) AS c
        FROM towns
    )
SELECT site, day, a AS country, b AS region, c AS city, sum(f.people) AS visitors, sum(f.visits) AS visits,
    sum(f.pageviews) AS pageviews, sum(f.bounces) AS bounces, sum(f.seconds) AS seconds, sum(f.events) AS events
FROM folded_towns AS f
GROUP BY site, day, a, b, c
HAVING sum(f.people) >= 10
COMMENT 'Countries and cities by day';

CREATE OR REPLACE VIEW devices_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    device          LowCardinality(String)  COMMENT 'Kind of device: desktop, mobile, tablet, tv, console, or empty; ''other'' stands for kinds of fewer than 10 visitors',
    os              LowCardinality(String)  COMMENT 'Operating system family, or empty; ''other'' stands for those of the kind of device with fewer than 20 visitors',
    browser         LowCardinality(String)  COMMENT 'Browser family, or empty; ''other'' stands for those on this operating system with fewer than 20 visitors',
    visitors        Int64                   COMMENT 'Unique visitors of the day',
    visits          Int64                   COMMENT 'Visits with such a device',
    pageviews       Int64                   COMMENT 'Page views of these visits',
    bounces         Int64                   COMMENT 'Those of the visits with a single page view and no interaction',
    seconds         Int64                   COMMENT 'Engaged time of these visits in seconds',
    events          Int64                   COMMENT 'Custom events of these visits'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    browsers AS
    (
        SELECT site, day, toString(t.device) AS a0, toString(t.os) AS b0, toString(t.browser) AS c0,
            sum(t.visitors) AS people, sum(t.visits) AS visits, sum(t.pageviews) AS pageviews,
            sum(t.bounces) AS bounces, sum(t.seconds) AS seconds, sum(t.events) AS events
        FROM rollup_devices AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, a0, b0, c0
    ),
    devices AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a0) AS n1 FROM browsers),
    folded_devices AS
    (
        SELECT *, n1 < 10 OR (min(n1) OVER (PARTITION BY site, day) < 10
            AND sum(people) OVER (PARTITION BY site, day ORDER BY n1, a0) - n1 < 10) AS fold1,
            if(fold1, 'other', a0) AS a, if(fold1, 'other', b0) AS b1, if(fold1, 'other', c0) AS c1
        FROM devices
    ),
    systems AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a, b1) AS n2 FROM folded_devices),
    folded_systems AS
    (
        SELECT *, n2 < 20 OR (min(n2) OVER (PARTITION BY site, day, a) < 20
            AND sum(people) OVER (PARTITION BY site, day, a ORDER BY n2, b1) - n2 < 20) AS fold2,
            if(fold2, 'other', b1) AS b, if(fold2, 'other', c1) AS c2
        FROM systems
    ),
    named AS (SELECT *, sum(people) OVER (PARTITION BY site, day, a, b, c2) AS n3 FROM folded_systems),
    folded_named AS
    (
        SELECT *, n3 < 20 OR (min(n3) OVER (PARTITION BY site, day, a, b) < 20
            AND sum(people) OVER (PARTITION BY site, day, a, b ORDER BY n3, c2) - n3 < 20) AS fold3,
            if(fold3, 'other', c2) AS c
        FROM named
    )
SELECT site, day, a AS device, b AS os, c AS browser, sum(f.people) AS visitors, sum(f.visits) AS visits,
    sum(f.pageviews) AS pageviews, sum(f.bounces) AS bounces, sum(f.seconds) AS seconds, sum(f.events) AS events
FROM folded_named AS f
GROUP BY site, day, a, b, c
HAVING sum(f.people) >= 10
COMMENT 'Devices, operating systems and browsers by day';

CREATE OR REPLACE VIEW events_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    name            LowCardinality(String)  COMMENT 'Name of the custom event; ''other'' stands for those of fewer than 10 visitors',
    visitors        Int64                   COMMENT 'Visitors who did it; for ''other'' the sum over its events',
    events          Int64                   COMMENT 'How often it happened'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    names AS
    (
        SELECT site, day, name, sum(t.event_visitors) AS people, sum(t.events) AS times
        FROM rollup_events AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, name
    ),
    -- As with pages: who did two of the hidden events is one person.
    folded AS
    (
        SELECT *, people < 10 OR (min(people) OVER (PARTITION BY site, day) < 10
            AND max(people) OVER (PARTITION BY site, day ORDER BY people, name ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) < 10) AS fold
        FROM names
    )
SELECT site, day, if(fold, 'other', f.name) AS name, sum(f.people) AS visitors, sum(f.times) AS events
FROM folded AS f
GROUP BY site, day, if(fold, 'other', f.name)
HAVING max(f.people) >= 10
COMMENT 'Custom events by day';

CREATE OR REPLACE VIEW goals_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    goal            LowCardinality(String)  COMMENT 'Goal, by its name; ''other'' stands for those of fewer than 10 visitors and for the next one',
    currency        LowCardinality(String)  COMMENT 'Currency of the revenue by ISO 4217 code, empty without revenue; ''other'' stands for those of the goal with fewer than 10 visitors',
    visitors        Int64                   COMMENT 'Visitors who reached the goal on this day; for the goal ''other'' the sum over its goals',
    conversions     Int64                   COMMENT 'Visits that reached it',
    revenue         Nullable(Int64)         COMMENT 'Revenue in minor units of the currency (cents); NULL for the currency ''other'''
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    amounts AS
    (
        SELECT site, day, toString(t.goal) AS name, toString(t.currency) AS paid, sum(t.goal_visitors) AS people,
            sum(t.conversions) AS times, sum(t.revenue) AS amount
        FROM rollup_goals AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR) AND t.goal != ''
        GROUP BY site, day, name, paid
    ),
    -- As with pages: who reached two of the hidden goals is one person, so one of them has to have k by itself.
    goals AS (SELECT *, sum(people) OVER (PARTITION BY site, day, name) AS n1 FROM amounts),
    folded_goals AS
    (
        SELECT *, n1 < 10 OR (min(n1) OVER (PARTITION BY site, day) < 10
            AND (n1, name) = minIf((n1, name), n1 >= 10) OVER (PARTITION BY site, day)) AS fold1
        FROM goals
    ),
    -- A visitor of a goal is counted beside the currency in which he paid first, so the currencies of a goal share its
    -- visitors: an amount that is shown was paid by k of them at least. Amounts of different currencies make no sum.
    folded_currencies AS
    (
        SELECT *, fold1 OR people < 10 OR (min(people) OVER (PARTITION BY site, day, name) < 10
            AND sum(people) OVER (PARTITION BY site, day, name ORDER BY people, paid) - people < 10) AS fold2
        FROM folded_goals
    )
SELECT site, day, if(f.fold1, 'other', f.name) AS goal, if(f.fold2, 'other', f.paid) AS currency,
    sum(f.people) AS visitors, sum(f.times) AS conversions, if(max(f.fold2), NULL, sum(f.amount)) AS revenue
FROM folded_currencies AS f
GROUP BY site, day, goal, currency
HAVING max(f.n1) >= 10
COMMENT 'Goals by day';

-- A funnel is one crowd that grows smaller: two steps that are shown tell how many were lost between them. So from the
-- first step on, a step is shown when k reached it, and when either nobody or k were lost since the step shown before
-- it; a funnel that fewer than k entered is not shown. Nothing folds into 'other': steps of different funnels make no
-- sum, and where there is no sum, nothing hidden can be worked out from what is shown beside it. As only the steps
-- before it decide about a step, funnels that begin alike hide the same ones, and none tells what another one hides.
CREATE OR REPLACE VIEW funnels_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day on which the funnel was entered, in the time zone of the site',
    funnel          LowCardinality(String)  COMMENT 'Funnel, by its name; those that fewer than 10 entered are not shown',
    step            UInt8                   COMMENT 'Step of the funnel, from 1; not shown when fewer than 10 reached it, or 1 to 9 were lost since the step shown before it',
    entered         Int64                   COMMENT 'Visits that entered the funnel, by its first step (visitors, when it spans visits)',
    reached         Int64                   COMMENT 'Those of them that reached the step, then or (when the funnel spans visits) later'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    steps AS
    (
        SELECT site, day, funnel, t.step AS place, sum(t.reached) AS people
        FROM rollup_funnels AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, funnel, place
    ),
    walked AS
    (
        SELECT site, day, funnel, arrayFold(
                (shown, next) -> if(
                    next.2 >= 10 AND if(empty(shown), next.1 = 1, shown[-1].2 - next.2 = 0 OR shown[-1].2 - next.2 >= 10),
                    arrayPushBack(shown, next), shown),
                arraySort(groupArray((s.place, s.people))), CAST([], 'Array(Tuple(UInt8, Int64))')
            ) AS kept
        FROM steps AS s
        GROUP BY site, day, funnel
    )
SELECT site, day, funnel, one.1 AS step, w.kept[1].2 AS entered, one.2 AS reached
FROM walked AS w
ARRAY JOIN w.kept AS one
COMMENT 'Steps of funnels, by the day on which they were entered';

CREATE OR REPLACE VIEW flows_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day in the time zone of the site',
    from_page       LowCardinality(String)  COMMENT 'Page the visitor came from, within the visit; ''other'' stands for pages from which no step was taken by 20 visitors, and for the next one',
    page            LowCardinality(String)  COMMENT 'Page the visitor went to; ''other'' stands for steps from the page that were taken by fewer than 20 visitors, and for the next one',
    visitors        Int64                   COMMENT 'Visitors who took the step on this day; for ''other'' the sum over its steps',
    flows           Int64                   COMMENT 'How often the step was taken'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    steps AS
    (
        SELECT site, day, toString(t.before1) AS a0, toString(t.page) AS b0, sum(t.flow_visitors) AS people, sum(t.pageviews) AS times
        FROM counters AS t
        WHERE day < toDate(now('UTC') - INTERVAL 12 HOUR) AND before1 != ''
        GROUP BY site, day, a0, b0
        -- Where a visit goes on after midnight, its way also stands in rows that are no step.
        HAVING times != 0
    ),
    -- The steps from a page that few visitors took go together from the start: they are many, and none is shown.
    merged AS
    (
        SELECT site, day, a0, s.people < 20 AS few, if(few, '', b0) AS b, sum(s.people) AS people, sum(s.times) AS times,
            max(s.people) AS most
        FROM steps AS s
        GROUP BY site, day, a0, few, b
    ),
    -- As with pages, one visitor takes many steps: what has folded is surely k visitors only if one of the steps has k.
    -- So the smallest that could be shown folds with those that cannot; first whole pages, then the steps from a page.
    pages AS (SELECT *, max(most) OVER (PARTITION BY site, day, a0) AS n1 FROM merged),
    folded_pages AS
    (
        SELECT *, n1 < 20 OR (min(n1) OVER (PARTITION BY site, day) < 20
            AND (n1, a0) = minIf((n1, a0), n1 >= 20) OVER (PARTITION BY site, day)) AS fold1,
            if(fold1, 'other', a0) AS a, if(fold1, 'other', b) AS b1
        FROM pages
    ),
    folded_steps AS
    (
        SELECT *, few OR (max(few) OVER (PARTITION BY site, day, a)
            AND (most, b1) = minIf((most, b1), NOT few) OVER (PARTITION BY site, day, a)) AS fold2,
            if(fold2, 'other', b1) AS shown
        FROM folded_pages
    )
SELECT site, day, a AS from_page, shown AS page, sum(f.people) AS visitors, sum(f.times) AS flows
FROM folded_steps AS f
GROUP BY site, day, a, shown
HAVING max(f.most) >= 20
COMMENT 'Steps from page to page by day, as long as the detail is kept';

CREATE OR REPLACE VIEW cohorts_weekly
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Monday of the week in which the visitors came',
    first_week      Nullable(Date)          COMMENT 'Monday of the week of their first visit; NULL stands for the weeks of fewer than 10 of these visitors',
    visitors        Int64                   COMMENT 'Unique visitors of the week; where first_week is the same week, new ones'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    weeks AS
    (
        SELECT site, t.period AS day, born, sum(t.visitors) AS people
        FROM cohorts AS t
        WHERE unit = 'week' AND t.period + 6 < toDate(now('UTC') - INTERVAL 12 HOUR)
        GROUP BY site, day, born
    ),
    folded AS
    (
        SELECT *, people < 10 OR (min(people) OVER (PARTITION BY site, day) < 10
            AND sum(people) OVER (PARTITION BY site, day ORDER BY people, born) - people < 10) AS fold
        FROM weeks
    )
SELECT site, day, if(fold, NULL, f.born) AS first_week, sum(f.people) AS visitors
FROM folded AS f
GROUP BY site, day, first_week
HAVING sum(f.people) >= 10
COMMENT 'Visitors by the week of their first visit and of each later one';

CREATE OR REPLACE VIEW consents_daily
(
    site            LowCardinality(String)  COMMENT 'Site, by its domain',
    day             Date                    COMMENT 'Day (UTC)',
    method          LowCardinality(String)  COMMENT 'How it was decided: accept_all, reject_all, save_selection, withdraw, object, gpc, api; ''other'' stands for those of fewer than 10 decisions',
    decisions       Int64                   COMMENT 'Decisions',
    statistics      Int64                   COMMENT 'Decisions of these that allow statistics',
    marketing       Int64                   COMMENT 'Decisions of these that allow marketing'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    methods AS
    (
        SELECT site, toDate(t.decided) AS day, method, toInt64(count()) AS decisions,
            toInt64(countIf(t.choices['statistics'])) AS statistics, toInt64(countIf(t.choices['marketing'])) AS marketing
        FROM consent_log AS t
        WHERE t.decided < toStartOfDay(now('UTC'))
        GROUP BY site, day, method
    ),
    folded AS
    (
        SELECT *, m.decisions < 10 OR (min(m.decisions) OVER (PARTITION BY site, day) < 10
            AND sum(m.decisions) OVER (PARTITION BY site, day ORDER BY m.decisions, method) - m.decisions < 10) AS fold
        FROM methods AS m
    )
SELECT site, day, if(fold, 'other', f.method) AS method, sum(f.decisions) AS decisions,
    sum(f.statistics) AS statistics, sum(f.marketing) AS marketing
FROM folded AS f
GROUP BY site, day, if(fold, 'other', f.method)
HAVING sum(f.decisions) >= 10
COMMENT 'Decisions on consent by day';

CREATE OR REPLACE VIEW unique_visitors
(
    visitors        Nullable(Int64)         COMMENT 'Unique visitors of the site from the day `from` to the day `to`, both included; NULL when there are fewer than 10'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT if(sum(t.visitors) >= 10, sum(t.visitors), NULL) AS visitors
FROM rollup_site AS t
WHERE t.site = {site:String} AND t.day BETWEEN {from:Date} AND {to:Date}
    AND t.day < toDate(now('UTC') - INTERVAL 12 HOUR) AND t.gap > t.day - {from:Date}
COMMENT 'Exact unique visitors of any range of days: SELECT visitors FROM unique_visitors(site = ''example.lv'', from = ''2026-01-01'', to = ''2026-01-31'')';
