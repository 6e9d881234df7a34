-- Visitors of every site by day: the list of sites draws them.
SELECT site, day, sum(visitors) AS visitors
FROM rollup_site
WHERE day BETWEEN {first:Date} AND {last:Date}
GROUP BY site, day
ORDER BY site, day
