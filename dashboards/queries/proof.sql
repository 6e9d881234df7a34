-- Records of consent that are kept, and when the first and the last of these decisions were made.
SELECT count() AS records, min(decided) AS first, max(decided) AS last
FROM consent_log
WHERE site = {site:String}
