-- Requests of very many devices, each once, from a file with one request a line (its fields
-- separated by tabs: path, authorization, proof); args: the file, how many threads share it.
-- No function `response`: wrk would keep every body for it. nginx's log says what was sent.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  mine, asked = {}, 0
  local line_number, count = 0, tonumber(args[2])
  for line in io.lines(args[1]) do
    if line_number % count == number then
      local path, authorization, proof = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)")
      local headers = authorization ~= "" and {Authorization = authorization, DPoP = proof} or nil
      table.insert(mine, wrk.format("GET", path, headers))
    end
    line_number = line_number + 1
  end
end

-- wrk tries the first thread's `request` once before it begins.
local tried = false

function request()
  if number == 0 and not tried then
    tried = true
    return mine[1]
  end
  asked = asked + 1
  return mine[asked] or wrk.format("GET", "/blob-files/none")
end

function delay()
  return asked < #mine and 0 or 1000
end
