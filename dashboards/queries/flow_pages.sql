SELECT before1 AS page, sum(t.flows) AS times
FROM flows AS t
WHERE site = {site:String} AND day BETWEEN {first:Date} AND {last:Date}
GROUP BY page
HAVING times > 0
ORDER BY times DESC, page
LIMIT {limit:UInt32}
