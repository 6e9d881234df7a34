SELECT
    (SELECT sum(p.entries) FROM rollup_pages AS p
        WHERE p.site = {site:String} AND p.day BETWEEN {first:Date} AND {last:Date} AND p.page = {page:String}) AS entered,
    sumIf(t.flows, t.before1 = {page:String}) AS outward,
    sumIf(t.flows, t.page = {page:String}) AS inward
FROM flows AS t
WHERE t.site = {site:String} AND t.day BETWEEN {first:Date} AND {last:Date}
    AND (t.page = {page:String} OR t.before1 = {page:String})
