-- How often the banner was shown and answered, day by day.
SELECT day, sumIf(times, outcome = 'shown') AS shown, sumIf(times, outcome = 'accepted') AS accepted,
    sumIf(times, outcome = 'refused') AS refused, sumIf(times, outcome = 'customised') AS customised
FROM banner_counts
WHERE site = {site:String} AND dimension = '' AND day BETWEEN {first:Date} AND {last:Date}
GROUP BY day
ORDER BY day
