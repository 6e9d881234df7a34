-- Names of cookies that pages saw since a day, before and after consent: the most frequent first.
SELECT name, moment, page, sum(seen) AS times, min(day) AS first, max(day) AS last
FROM cookies_seen
WHERE site = {site:String} AND day >= {since:Date}
GROUP BY name, moment, page
HAVING times > 0
ORDER BY times DESC, name, page
LIMIT 20000
