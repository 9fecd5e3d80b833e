-- Loads inside a Tarantool's own process: fibers that commit, or one that reads. tarantool_primary.lua offers them on its console.
local fiber, clock, digest = require('fiber'), require('clock'), require('digest')
local KEYS, VALUES, LATENCY_EVERY, READS_BETWEEN_LOOKS, STEPS = 1000000, 4096, 16, 1024, 16
local keys, values, keys_of = {}, {}, 0

-- Keys and values are made before: making them is no part of what is measured.
local function prepare(records)
  if keys_of == records then return end
  for i = 1, KEYS do keys[i] = string.format('key:%012d', math.random(records) - 1) end
  for i = 1, VALUES do values[i] = digest.urandom(100) end
  keys_of = records
end

local function quantile(counts, total, share)
  local steps, rank = {}, math.ceil(total * share)
  for step in pairs(counts) do table.insert(steps, step) end
  table.sort(steps)
  for _, step in ipairs(steps) do
    rank = rank - counts[step]
    if rank <= 0 then return 2 ^ ((step + 0.5) / STEPS) end
  end
  return 0
end

-- Transactions of some puts each, of so many fibers. Returns puts, seconds, and of a transaction p50 and p99 in microseconds.
function bench_commits(fibers, operations, seconds, records)
  prepare(records)
  local space, puts, left, finished = box.space.bench, 0, fibers, fiber.channel(1)
  local counts, total = {}, 0
  local begin = clock.monotonic()
  local finish = begin + seconds
  for _ = 1, fibers do
    fiber.create(function()
      local now, number = clock.monotonic(), 0
      while now < finish do
        if operations > 1 then box.begin() end
        for _ = 1, operations do space:replace{keys[math.random(KEYS)], values[math.random(VALUES)]} end
        if operations > 1 then box.commit() end
        local done = clock.monotonic()
        number = number + 1
        if number % LATENCY_EVERY == 1 then
          local step = math.floor(math.log((done - now) * 1e6) / math.log(2) * STEPS)
          counts[step], total = (counts[step] or 0) + 1, total + 1
        end
        puts, now = puts + operations, done
      end
      left = left - 1
      if left == 0 then finished:put(true) end
    end)
  end
  finished:get()
  return puts, clock.monotonic() - begin, quantile(counts, total, 0.5), quantile(counts, total, 0.99)
end

-- Point reads of one fiber; no other one runs meanwhile. Returns reads and seconds.
function bench_reads(seconds, records)
  prepare(records)
  local space, reads, begin = box.space.bench, 0, clock.monotonic()
  while clock.monotonic() - begin < seconds do
    for _ = 1, READS_BETWEEN_LOOKS do
      if space:get(keys[math.random(KEYS)]) == nil then error('a read did not find its record') end
    end
    reads = reads + READS_BETWEEN_LOOKS
  end
  return reads, clock.monotonic() - begin
end
