SELECT sum(t.visitors) AS daily, sumIf(t.visitors, t.gap > t.day - {first:Date}) AS visitors
FROM rollup_site AS t
WHERE site = {site:String} AND day BETWEEN {first:Date} AND {last:Date}
