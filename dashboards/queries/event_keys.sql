-- Names of the properties that an event had.
SELECT key, sum(events) AS counted
FROM rollup_properties
WHERE site = {site:String} AND day BETWEEN {first:Date} AND {last:Date} AND name = {name:String}
GROUP BY key
HAVING counted > 0
ORDER BY counted DESC, key
LIMIT 100
