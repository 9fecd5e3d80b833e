-- A primary with RECORDS records of a 16 byte key and 100 random bytes each, and a console on the port ADMIN that knows the loads of
-- tarantool_load.lua. Environment: PORT, ADMIN, DIR, SCRIPTS, RECORDS, INDEX (TREE or HASH).
box.cfg{
  listen = '127.0.0.1:' .. os.getenv('PORT'), work_dir = os.getenv('DIR'), wal_mode = 'fsync',
  memtx_memory = 4 * 1024 * 1024 * 1024, log_level = 3, log = os.getenv('DIR') .. '/log', checkpoint_interval = 0, feedback_enabled = false,
}
box.schema.user.grant('guest', 'super', nil, nil, {if_not_exists = true})
local space = box.schema.space.create('bench')
space:create_index('pk', {type = os.getenv('INDEX'), parts = {1, 'string'}})
local records, digest = tonumber(os.getenv('RECORDS')), require('digest')
for first = 0, records - 1, 1000 do
  box.begin()
  for number = first, math.min(records, first + 1000) - 1 do space:insert{string.format('key:%012d', number), digest.urandom(100)} end
  box.commit()
end
dofile(os.getenv('SCRIPTS') .. '/tarantool_load.lua')
require('console').listen('127.0.0.1:' .. os.getenv('ADMIN'))
local ready = require('fio').open(os.getenv('DIR') .. '/ready', {'O_CREAT', 'O_WRONLY'}, tonumber('644', 8))
ready:close()
require('fiber').sleep(86400)
