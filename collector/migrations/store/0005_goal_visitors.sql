-- Goals get their visitors beside their conversions. What a table sums is part of its engine, which cannot be changed: the
-- two tables are made anew, filled, and put in the place of the old ones. Until then the old ones are whole, so this can
-- be run again from any point. What was counted before has conversions and no visitors of goals. schema.sql makes the
-- views again, and goal_hits, which keeps nothing.

DROP VIEW IF EXISTS conversions_from_goal_hits;

DROP VIEW IF EXISTS rollup_goals_from_goal_hits;

DROP TABLE IF EXISTS goal_hits;

DROP TABLE IF EXISTS fresh_conversions;

CREATE TABLE fresh_conversions
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

-- A store older than its goals has none to copy.
CREATE TABLE IF NOT EXISTS conversions AS fresh_conversions;

INSERT INTO fresh_conversions (site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection, conversions, revenue, expires)
SELECT site, day, goal, currency, country, region, city, device, os, browser, os_version, browser_version, channel, source, medium, campaign, content, term, audience, language, screen, hour, entry, page, connection, conversions, revenue, expires FROM conversions;

EXCHANGE TABLES fresh_conversions AND conversions;

DROP TABLE fresh_conversions;

DROP TABLE IF EXISTS fresh_rollup_goals;

CREATE TABLE fresh_rollup_goals
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

-- A store older than its goals has none to copy.
CREATE TABLE IF NOT EXISTS rollup_goals AS fresh_rollup_goals;

INSERT INTO fresh_rollup_goals (site, day, goal, currency, conversions, revenue, expires)
SELECT site, day, goal, currency, conversions, revenue, expires FROM rollup_goals;

EXCHANGE TABLES fresh_rollup_goals AND rollup_goals;

DROP TABLE fresh_rollup_goals;
