-- The first day on which the site has data.
SELECT count(), min(day)
FROM rollup_site
WHERE site = {site:String}
