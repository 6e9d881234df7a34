-- Day by day, topics of fewer than {k} visitors are folded, and the next one with them, so that never exactly one is
-- hidden; one visitor sees several topics, so what has folded is surely {k} visitors only if one of them has {k}.
WITH
    seen AS
    (
        SELECT day, toString(t.topic) AS topic, sum(t.visitors) AS people
        FROM topics AS t
        WHERE site = {site:String} AND day BETWEEN {first:Date} AND {last:Date}
        GROUP BY day, topic
    ),
    folded AS
    (
        SELECT *, people < {k:UInt32} OR (min(people) OVER (PARTITION BY day) < {k:UInt32}
            AND max(people) OVER (PARTITION BY day ORDER BY people, topic ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) < {k:UInt32}) AS fold
        FROM seen
    ),
    shown AS
    (
        SELECT day, if(fold, '', f.topic) AS name, sum(f.people) AS visitors
        FROM folded AS f
        GROUP BY day, name
        HAVING max(f.people) >= {k:UInt32}
    )
SELECT name, sum(s.visitors) AS people, count() AS days
FROM shown AS s
GROUP BY name
ORDER BY name = '', people DESC, name
