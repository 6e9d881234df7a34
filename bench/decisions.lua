-- Decisions as the banner sends them, for wrk:  wrk -s decisions.lua URL -- SITE NOTICE
--
-- Two of three accept, the third one refuses. At the end one line of JSON tells what was answered.

local threads, requests, turn = {}, {}, 0

answered, other, example = 0, 0, ""

function setup(thread)
  table.insert(threads, thread)
end

local function decision(site, notice, method, yes)
  local body = '{"site":"' .. site .. '","choices":{"statistics":' .. yes .. ',"marketing":' .. yes .. '},"method":"'
    .. method .. '","language":"lv","notice":"' .. notice .. '"}'
  return "POST /consent HTTP/1.1\r\nHost: stats." .. site .. "\r\nOrigin: https://" .. site
    .. "\r\nX-Forwarded-For: 192.0.2.7\r\nContent-Type: application/json\r\nContent-Length: " .. #body
    .. "\r\n\r\n" .. body
end

function init(arguments)
  local accept = decision(arguments[1], arguments[2], "accept_all", "true")
  local reject = decision(arguments[1], arguments[2], "reject_all", "false")
  requests = {accept, accept, reject}
end

function request()
  turn = turn % 3 + 1
  return requests[turn]
end

function response(status, headers, body)
  if status ~= 200 then
    other, example = other + 1, status .. " " .. string.gsub(body, "%c", " ")
    return
  end
  answered = answered + 1
end

function done(summary, latency, requests)
  local good, bad, words = 0, 0, ""
  for _, thread in ipairs(threads) do
    good, bad = good + thread:get("answered"), bad + thread:get("other")
    words = words .. thread:get("example")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds":%f,"requests":%d,"accepted":%d,"other":%d,"errors":%d,"p50":%f,"p99":%f,"example":%q}\n',
    summary.duration / 1e6, summary.requests, good, bad,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, words
  ))
end
