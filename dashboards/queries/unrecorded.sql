-- Decisions about cookies that could not be written down, and so did not take effect; when the last ones were.
SELECT sum(drops) AS decisions, max(minute) AS last
FROM drops
WHERE site = {site:String} AND reason = 'unrecorded' AND minute >= toDateTime({first:UInt32}, 'UTC')
