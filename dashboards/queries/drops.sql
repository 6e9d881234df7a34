-- Beacons that were not recorded, by reason.
SELECT reason, sum(drops) AS dropped
FROM drops
WHERE site = {site:String} AND minute >= toDateTime({first:UInt32}, 'UTC') AND minute < toDateTime({end:UInt32}, 'UTC')
GROUP BY reason
HAVING dropped != 0
ORDER BY dropped DESC, reason
