SELECT born, period, sum(t.visitors) AS visitors
FROM cohorts AS t
WHERE site = {site:String} AND unit = {unit:String} AND born BETWEEN {first:Date} AND {last:Date}
GROUP BY born, period
HAVING visitors != 0
