-- Beacons by the load model, for wrk:  wrk -s beacons.lua URL -- DATA.lua
--
-- DATA.lua returns a table of what there is to choose from (bench/traffic.py writes it). Every beacon carries a valid
-- consent; of all, 40 % come from a new visitor with an address and a consent of his own, the others carry the visit
-- state of one of the last 256 answers, and address and consent of one of the last 256 visitors. At the end one line of
-- JSON tells what was answered.

local threads = {}
local data, states, addresses, consents, written, decided

answered, other, example = 0, 0, ""

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(arguments)
  data = dofile(arguments[1])
  math.randomseed(os.time() + 1000 * number)
  states, addresses, consents, written, decided = {}, {}, {}, 0, 0
  for at = 1, data.recent do
    states[at] = data.states[(at - 1) % #data.states + 1]
    addresses[at], consents[at] = new_address(), new_consent()
  end
end

function new_consent()
  decided = decided % #data.consents + 1
  return data.consents[decided]
end

function new_address()
  while true do
    local a, b = math.random(1, 223), math.random(0, 255)
    local private = a == 10 or a == 100 or a == 127 or a == 169 or a == 172 or a == 192 or a == 198 or a == 203
    if not private then
      return a .. "." .. b .. "." .. math.random(0, 255) .. "." .. math.random(1, 254)
    end
  end
end

local function any(list)
  return list[math.random(#list)]
end

function request()
  local path = data.paths[math.floor(math.random() ^ 2 * #data.paths) + 1]
  local referrer, state, address, consent = any(data.referrers), "", nil, nil
  if math.random() < data.new_share then
    address, consent = new_address(), new_consent()
    local place = math.random(#addresses)
    addresses[place], consents[place] = address, consent
  else
    local chosen = math.random(#states)
    state, address, consent, referrer = states[chosen], addresses[chosen], consents[chosen], data.origin .. "/"
  end
  local body = '{"site":"' .. data.site .. '","url":"' .. data.origin .. path .. '","referrer":"' .. referrer
    .. '","width":' .. any(data.widths) .. ',"language":"' .. any(data.languages)
    .. '","consent":"' .. consent .. '","visit":"' .. state .. '"}'
  return "POST /beacon HTTP/1.1\r\nHost: " .. data.host .. "\r\nOrigin: " .. data.origin
    .. "\r\nUser-Agent: " .. any(data.user_agents) .. "\r\nX-Forwarded-For: " .. address
    .. "\r\nAccept: */*\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  if status ~= 202 then
    other, example = other + 1, status .. " " .. body
    return
  end
  answered = answered + 1
  local state = string.match(body, '"visit":"([^"]+)"')
  if state then
    written = written % data.recent + 1
    states[written] = state
  end
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
