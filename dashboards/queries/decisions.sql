-- Decisions about cookies: to allow statistics, not to, and to withdraw.
SELECT countIf(choices['statistics']) AS agreed, countIf(NOT choices['statistics'] AND method != 'withdraw') AS refused,
    countIf(method = 'withdraw') AS withdrew
FROM consent_log
WHERE site = {site:String} AND decided >= toDateTime({first:UInt32}, 'UTC') AND decided < toDateTime({end:UInt32}, 'UTC')
