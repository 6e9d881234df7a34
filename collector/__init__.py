"""From a beacon in a browser to counters in ClickHouse."""
