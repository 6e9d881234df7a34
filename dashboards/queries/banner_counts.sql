-- How often the banner was shown and answered in these days, by language, device or page; those shown most first.
SELECT value, sumIf(times, outcome = 'shown') AS shown, sumIf(times, outcome = 'accepted') AS accepted,
    sumIf(times, outcome = 'refused') AS refused, sumIf(times, outcome = 'customised') AS customised
FROM banner_counts
WHERE site = {site:String} AND dimension = {dimension:String} AND day BETWEEN {first:Date} AND {last:Date}
GROUP BY value
ORDER BY shown DESC, value
LIMIT {limit:UInt32}
