-- Visitors of the minutes since `first`: those hits before which the visitor was last heard of earlier than that.
SELECT sum(hits)
FROM minutes
WHERE site = {site:String} AND minute BETWEEN toDateTime({first:UInt32}, 'UTC') AND toDateTime({last:UInt32}, 'UTC')
    AND idle > (toUnixTimestamp(minute) - {first:UInt32}) / 60
