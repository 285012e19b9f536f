-- Takes turns among signed-in sessions. Every thread has its own part of them, so that no session is in two
-- requests at once, as long as there are more of them than connections.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

-- Called in each thread with the words behind `--`: method, file with one Cookie header a line, threads.
function init(words)
  local method, file, count = words[1], words[2], tonumber(words[3])
  local body = method == "POST" and "" or nil
  requests = {}
  local line_number = 0
  for cookie in io.lines(file) do
    if line_number % count == number then
      wrk.headers["Cookie"] = cookie
      table.insert(requests, wrk.format(method, nil, wrk.headers, body))
    end
    line_number = line_number + 1
  end
  place = 0
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"late":%d,"p99_microseconds":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write, errors.timeout, latency:percentile(99)))
end
